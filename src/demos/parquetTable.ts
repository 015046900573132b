/** Parquet files as Hugging Face datasets lay them out: lists, and pictures as struct{bytes, path}. */
import type { SchemaElement } from 'hyparquet';
import { ByteWriter, parquetWrite } from 'hyparquet-writer';

export interface StoredPicture {
  bytes: Uint8Array;
  path: string | null;
}

export type Column = { name: string } & (
  | { kind: 'int64'; rows: number[] }
  | { kind: 'float'; rows: number[] }
  | { kind: 'text'; rows: string[] }
  | { kind: 'floats'; rows: number[][] }
  | { kind: 'doubles'; rows: (number[] | null)[] }
  | { kind: 'int64s'; rows: number[][] }
  /** [channels, 1, 1], as LeRobot keeps what it knows of pictures. */
  | { kind: 'channels'; rows: number[][][][] }
  | { kind: 'texts'; rows: string[][] }
  | { kind: 'picture'; rows: StoredPicture[] }
);

/**
 * @param rowGroups number of rows of each row group, in order; one group without it
 * @param pandasIndex the column that pandas takes as its index
 * @param metadata further key-value metadata of the file
 */
export function parquetFile(
  columns: Column[],
  {
    rowGroups,
    pandasIndex,
    metadata = {},
  }: { rowGroups?: number[]; pandasIndex?: string; metadata?: Record<string, string> } = {},
): Uint8Array<ArrayBuffer> {
  const writer = new ByteWriter();
  const keyValues = [
    ...(pandasIndex ? [{ key: 'pandas', value: pandasMetadata(columns, pandasIndex) }] : []),
    ...Object.entries(metadata).map(([key, value]) => ({ key, value })),
  ];
  void parquetWrite({
    writer,
    schema: [{ name: 'schema', num_children: columns.length }, ...columns.flatMap(schemaOf)],
    columnData: columns.map(({ name, kind, rows }) => ({
      name,
      data:
        kind === 'int64' ? rows.map(BigInt) : kind === 'int64s' ? rows.map((row) => row.map(BigInt)) : rows,
      ...(kind === 'picture' && { codec: 'UNCOMPRESSED', encoding: 'PLAIN', statistics: false }),
    })),
    rowGroupSize: rowGroups ?? Math.max(1, columns[0].rows.length),
    kvMetadata: keyValues.length ? keyValues : undefined,
  });
  return new Uint8Array(writer.getBuffer());
}

function schemaOf({ name, kind }: Column): SchemaElement[] {
  const optional = { repetition_type: 'OPTIONAL' } as const;
  const text = { type: 'BYTE_ARRAY', converted_type: 'UTF8' } as const;
  const listOf = (element: SchemaElement[], named = 'element'): SchemaElement[] => [
    { name: named, ...optional, num_children: 1, converted_type: 'LIST' },
    { name: 'list', repetition_type: 'REPEATED', num_children: 1 },
    ...element,
  ];
  const element = (type: Omit<SchemaElement, 'name'>) => [{ name: 'element', ...optional, ...type }];
  const list = (type: Omit<SchemaElement, 'name'>) => listOf(element(type), name);
  switch (kind) {
    case 'int64':
      return [{ name, ...optional, type: 'INT64' }];
    case 'float':
      return [{ name, ...optional, type: 'FLOAT' }];
    case 'text':
      return [{ name, ...optional, ...text }];
    case 'floats':
      return list({ type: 'FLOAT' });
    case 'doubles':
      return list({ type: 'DOUBLE' });
    case 'int64s':
      return list({ type: 'INT64' });
    case 'channels':
      return listOf(listOf(listOf(element({ type: 'DOUBLE' }))), name);
    case 'texts':
      return list(text);
    case 'picture':
      return [
        { name, ...optional, num_children: 2 },
        { name: 'bytes', ...optional, type: 'BYTE_ARRAY' },
        { name: 'path', ...optional, ...text },
      ];
  }
}

function pandasMetadata(columns: Column[], index: string): string {
  return JSON.stringify({
    index_columns: [index],
    column_indexes: [],
    columns: columns.map(({ name, kind }) => ({
      name,
      field_name: name,
      pandas_type: kind === 'text' ? 'unicode' : kind,
      numpy_type: kind === 'text' ? 'object' : kind,
      metadata: null,
    })),
    pandas_version: '2.0.0',
  });
}
