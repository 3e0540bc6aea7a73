/** Media types as they are registered: providers that read them strictly know no other spelling. */

/** The registered name of what is often written `image/jpg`; any other type as it is. https://www.iana.org/assignments/media-types */
export function registeredType(mediaType: string): string {
  return mediaType.toLowerCase() === "image/jpg" ? "image/jpeg" : mediaType;
}
