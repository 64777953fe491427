interface KindShape {
  count: number;
  paths: Map<string, number>;
}
type Shape = Map<string, KindShape>;
interface Field {
  readonly kind: string;
  readonly path: string;
}

export declare function addRecording(shape: Shape, text: string): Shape;
export declare function compareShapes(
  before: Shape,
  now: Shape,
): {
  readonly newKinds: readonly string[];
  readonly newFields: readonly Field[];
  readonly goneFields: readonly Field[];
};
