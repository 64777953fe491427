/** One measured figure and the bar it has to meet. */
export interface Row {
  readonly figure: string;
  readonly limit: number;
  readonly unit: string;
  readonly value: number;
  /** The limit is the lower one. */
  readonly atLeast?: boolean;
  readonly detail?: string;
}

export function percentile(values: readonly number[], percent: number): number;
export function median(values: readonly number[]): number;
export function latencyRow(figure: string, limit: number, values: readonly number[]): Row;
export function isMet(row: Pick<Row, "value" | "limit" | "atLeast">): boolean;
export function formatTable(rows: readonly Row[]): string;
