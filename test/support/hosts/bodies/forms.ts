/** What the bodies of requests are made of. A member that a form does not name is an error there. */
import { type TProperties, Type } from "@sinclair/typebox";

export const exact = <Properties extends TProperties>(properties: Properties) =>
  Type.Object(properties, { additionalProperties: false });
export const maybe = Type.Optional;
export const text = Type.String();
export const filled = Type.String({ minLength: 1 });
export const tokens = Type.Integer({ minimum: 1 });
export const word = <Word extends string>(...words: Word[]) =>
  Type.Union(words.map((one) => Type.Literal(one)));
export const schema = Type.Record(Type.String(), Type.Unknown());
export const base64 = Type.String({ pattern: "^[A-Za-z0-9+/]+=*$", minLength: 1 });
export const dataUrl = Type.String({ pattern: "^data:image/png;base64,[A-Za-z0-9+/]+=*$" });
