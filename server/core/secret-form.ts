/** How the gateway's own secrets look: a beginning that says what each is for, and 32 random bytes in base64url. */

/** What every one of them has in it. */
export const SECRET_SIGN = "tg";

/** How every gateway key begins (SPEC 4.4); admin tokens begin otherwise, so that neither serves for the other. */
export const KEY_PREFIX = "tg_";

/** How tokens of the management API begin that the gateway has made itself (SPEC 16.3). */
export const ADMIN_PREFIX = "tga_";

/** What follows it, as a regular expression: 32 bytes are 43 characters (RFC 4648 §5, without padding). */
export const SECRET_REST = "[A-Za-z0-9_-]{43}";
