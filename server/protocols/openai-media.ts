/** What images cost at OpenAI. https://platform.openai.com/docs/guides/images-vision#calculating-costs */

/** `gpt-4o-mini` charges 2,833 tokens an image and 5,667 more for each of up to eight tiles. */
const DEAR_IMAGES = /^(?:.*\/)?gpt-4o-mini/i;
const DEAR_IMAGE_TOKENS = 2_833 + 8 * 5_667;

/** Most tokens of an image with this model; undefined where it is the usual. */
export function imageTokensOf(model: string | null): number | undefined {
  return DEAR_IMAGES.test(model ?? "") ? DEAR_IMAGE_TOKENS : undefined;
}
