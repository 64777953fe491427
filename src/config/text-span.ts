/** A stretch of a text, in UTF-16 units; `to` is past its last one. */
export interface TextSpan {
  readonly from: number;
  readonly to: number;
}
