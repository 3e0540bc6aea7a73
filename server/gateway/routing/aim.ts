/** A call as it goes to one target: where, with which key, and in which words (SPEC 12.1-12.5, 5.1). */
import type { Dialect } from "../../core/call.ts";
import { type Refusal, refusal } from "../../core/refusal.ts";
import type { Priority } from "../../core/settings.ts";
import { parseExactly } from "../../protocols/exact-json.ts";
import { objectOf } from "../../protocols/json.ts";
import { setMember } from "../../protocols/json-edit.ts";
import { hasManyValues } from "../../protocols/json-values.ts";
import { findSpeaker } from "../../protocols/translation/index.ts";
import { withNames } from "../../protocols/translation/tool-names.ts";
import { generatingLine, renameModel, servingDialect } from "../../providers/generating.ts";
import type { Operation, Provider, RequestLine } from "../../providers/provider.ts";
import { bearsSecret } from "../destination.ts";
import { enterLane, type LaneDestination } from "../lane-upstream.ts";
import { foreignPage, isForeignPage } from "../origin.ts";
import { recordedCeiling } from "../plan-ceiling.ts";
import { type Prepared, prepareDocument } from "../prepare.ts";
import type { Setup } from "../setup.ts";
import { type Caller, chooseKey, originOf } from "../upstream-key.ts";
import { type FittedBody, fitBody } from "./fit-body.ts";
import { harmlessHeaders, harmlessQuery } from "./harmless.ts";
import type { Target } from "./targets.ts";
import { tooManyValues } from "./too-many-values.ts";
import { translateRequest } from "./translate-request.ts";
import type { Translation } from "./translation.ts";

/** What a client asks, as it came. */
export interface Asked {
  readonly line: RequestLine;
  /** In the client's own format. */
  readonly operation: Operation;
  /** Where the call was sent to; null: to nobody in particular. */
  readonly addressed: LaneDestination | null;
  readonly prepared: Prepared;
  readonly caller: Caller;
  readonly lane: Priority;
  readonly setup: Setup;
}

export interface Aimed {
  readonly destination: LaneDestination;
  readonly prepared: Prepared;
  /** The headers that go along, as far as the client has a say in them. */
  readonly headers: Headers;
  /** Null where provider and client speak alike. */
  readonly translation: Translation | null;
  /** What the provider's format has no place for, as the client calls it. */
  readonly dropped: readonly string[];
  /** Whether it goes to another provider, or to another model, than the client named. */
  readonly isElsewhere: boolean;
}

/** Aims a call at a target; the call as it came where the target is what the client asked for. */
export function aim(asked: Asked, target: Target): Aimed | Refusal {
  const { addressed, prepared, operation } = asked;
  const { provider } = target;
  const model = target.model ?? prepared.model;
  const isThere = addressed !== null && isSameProvider(addressed.provider, provider);
  const isSameModel = model === prepared.model;
  // What was sent there as it is stays so, and so does what the provider alone knows how to take.
  const isAsSent = isThere && (isSameModel || !provider.serves.has(operation.dialect));
  const isServed = provider.serves.has(operation.dialect) && !EVERYWHERE.has(operation.name);
  const dialect =
    isAsSent || isServed ? operation.dialect : servingDialect(provider, operation.dialect, model, prepared);
  if (dialect !== operation.dialect) return translate(asked, target, dialect, isThere);
  const fitted = fitBody(prepared, operation.dialect, model, isThere ? null : (provider.takes ?? {}));
  if (fitted && "reason" in fitted) return fitted;
  if (isThere && isSameModel && fitted === null) {
    return {
      destination: addressed,
      prepared,
      headers: asked.line.headers,
      translation: null,
      dropped: [],
      isElsewhere: false,
    };
  }
  return redirect(asked, target, fitted ?? { plain: prepared.plain, dropped: [] }, isThere);
}

/** The same request, elsewhere or for another model: its bytes but for the model's name. */
function redirect(
  asked: Asked,
  target: Target,
  { plain, dropped }: Pick<Prepared, "plain"> & Pick<FittedBody, "dropped">,
  isThere: boolean,
): Aimed | Refusal {
  const { line, operation, prepared } = asked;
  const { provider, model } = target;
  const moved = { ...line, ...placeAt(asked, target, isThere) };
  const destination = leadTo(asked, provider, moved, isThere ? asked.caller.own : null);
  if ("reason" in destination) return destination;
  const headers = isThere ? new Headers(line.headers) : harmlessHeaders(line.headers, true);
  if (plain !== null) headers.delete("content-encoding");
  const isOther = operation.model === null && model !== null && model !== prepared.model;
  const body = plain && isOther ? setMember(plain, "model", JSON.stringify(model)) : plain;
  const next = body ? prepareDocument(provider, destination.located.operation, body) : prepared;
  if ("reason" in next) return next;
  return {
    destination,
    prepared: keepHistory(next, prepared),
    headers,
    translation: null,
    dropped,
    isElsewhere: !isThere || (model !== null && model !== prepared.model),
  };
}

/** What follows the provider in the path there: what generates has a place of its own at each. */
function placeAt(
  { line, operation, prepared }: Asked,
  { provider, model }: Target,
  isThere: boolean,
): Pick<RequestLine, "rest" | "query"> {
  const { rest, query } = line;
  const { name, dialect } = operation;
  if (!isThere && EVERYWHERE.has(name)) {
    const there = generatingLine(provider, dialect, model ?? "", prepared.stream);
    return { rest: there.rest, query: harmlessQuery(query) };
  }
  const isNamed = operation.model !== null && model !== null;
  return { rest: isNamed ? renameModel(rest, model) : rest, query };
}

/** The same request in another format. */
function translate(asked: Asked, target: Target, dialect: Dialect, isThere: boolean): Aimed | Refusal {
  const { line, operation, prepared, setup } = asked;
  const { provider } = target;
  const client = findSpeaker(operation.dialect);
  const serving = findSpeaker(dialect);
  const isKnown = EVERYWHERE.has(operation.name) && operation.streamFraming !== "ndjson";
  const text = prepared.plain && decoder.decode(prepared.plain);
  if (isKnown && text && hasManyValues([text])) return tooManyValues();
  // Parsed once more: what is written again keeps its numbers, which costs too much where nothing is.
  const request = text && objectOf(parseExactly(text));
  if (!client || !serving || !isKnown || !request) {
    return refusal(
      "unsupported_translation",
      `${provider.id} serves this call, and has nothing like ${operation.name} of the format that it came in. Ask one that ` +
        `has it by its name: ${namesOfSpeakers(asked).join(", ")}.`,
    );
  }
  const model = target.model ?? "";
  const lineFacts = { model: operation.model, stream: operation.stream };
  const maxOutput = recordedCeiling(provider, model) ?? USUAL_MAX_OUTPUT;
  const { unsupported } = setup.settings.translation;
  const recipient = { model, maxOutput, takes: provider.takes };
  const translated = translateRequest(request, lineFacts, client, serving, recipient, unsupported);
  if ("reason" in translated) return translated;
  const moved = { ...line, method: "POST", ...generatingLine(provider, dialect, model, prepared.stream) };
  const destination = leadTo(asked, provider, moved, isThere ? asked.caller.own : null);
  if ("reason" in destination) return destination;
  const headers = isThere ? new Headers(line.headers) : harmlessHeaders(line.headers, false);
  headers.delete("content-encoding");
  const body = encoder.encode(JSON.stringify(translated.body));
  const next = prepareDocument(provider, destination.located.operation, body);
  if ("reason" in next) return next;
  return {
    destination,
    prepared: keepHistory(next, prepared),
    headers,
    translation: {
      client,
      serving: withNames(serving, translated.names),
      model: prepared.model ?? model,
      stream: prepared.stream,
      framing: operation.streamFraming,
      usageChunk: prepared.demand.usageChunk,
    },
    dropped: translated.dropped,
    isElsewhere: true,
  };
}

/** The providers that speak as the client does, as they stand in a path. */
function namesOfSpeakers({ operation, setup }: Asked): readonly string[] {
  const { providers } = setup;
  const names = providers.names().filter((id) => providers.find(id)?.serves.has(operation.dialect));
  return names.map((id) => `/agents/<name>/${id}/…`);
}

/** Operations that have their like in every format; those of hosts with a format of their own (NDJSON) have none. */
const EVERYWHERE: ReadonlySet<string> = new Set(["chat", "responses", "messages", "generate_content"]);
const USUAL_MAX_OUTPUT = 32_000;

function leadTo(
  { caller, lane, setup }: Asked,
  provider: Provider,
  line: RequestLine,
  own: string | null,
): LaneDestination | Refusal {
  const located = provider.locate(line);
  const payer = { ...caller, own };
  const found = {
    provider,
    located,
    address: null,
    isStranger: false,
    ...chooseKey(provider, located, payer, setup),
  };
  const destination = enterLane(found, lane, line, payer, setup);
  const { headers } = line;
  const isSecret = bearsSecret(destination);
  if (isSecret && isForeignPage(headers, [setup.settings.gateway.host])) return foreignPage();
  // A host of one's own may need no key; a provider does.
  const origin = originOf(destination.located.url);
  const isOfficial = provider.hosts.some((host) => origin === `https://${host}`);
  if (isSecret || destination.ownKey || !isOfficial) return destination;
  return refusal(
    "upstream_key_missing",
    `${provider.id} serves this call, and the gateway keeps no key for it; the caller's own goes to nobody but whom it ` +
      `addressed. Set providers.${provider.id}.api_key.`,
  );
}

function isSameProvider(one: Provider, other: Provider): boolean {
  return one.id === other.id && one.speaks === other.speaks;
}

/** Whether an agent repeats itself is seen in what it said, not in what became of it. */
function keepHistory(next: Prepared, { readFingerprint }: Prepared): Prepared {
  return { ...next, readFingerprint };
}

const encoder = new TextEncoder();
const decoder = new TextDecoder();
