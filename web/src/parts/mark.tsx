/** The product's sign: a post and its raised barrier. */
export function Mark() {
  return (
    <svg class="mark" viewBox="0 0 28 28" aria-hidden="true">
      <path class="mark-post" d="M6 24V11" />
      <path class="mark-arm" d="M6 11 24 4.5" />
      <circle class="mark-hinge" cx="6" cy="11" r="3.2" />
    </svg>
  );
}
