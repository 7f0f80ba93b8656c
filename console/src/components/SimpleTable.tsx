import { useCollection } from "@cloudscape-design/collection-hooks";
import Pagination from "@cloudscape-design/components/pagination";
import Table, { type TableProps } from "@cloudscape-design/components/table";
import { type ReactNode, useMemo } from "react";

/** A column; one of numbers stands at the right like its head, and can be sorted by its `id`. */
export type Column<T> = Omit<TableProps.ColumnDefinition<T>, "header"> & { id: string; header: string; number?: boolean };

interface SimpleTableProps<T> {
  rows: readonly T[];
  columns: Column<NoInfer<T>>[];
  keyOf: (row: NoInfer<T>) => string;
  label: string;
  empty: ReactNode;
  pageSize?: number;
}

/** A table of the rows of one answer: sorted and paged in the page, since it holds them all. */
export function SimpleTable<T>({ rows, columns, keyOf, label, empty, pageSize = 10 }: SimpleTableProps<T>) {
  const definitions = useMemo(() => columns.map((column) => (column.number ? numbers(column) : column)), [columns]);
  const { items, collectionProps, paginationProps } = useCollection(rows, { pagination: { pageSize }, sorting: {} });
  return (
    <Table
      {...collectionProps}
      variant="embedded"
      items={items}
      trackBy={keyOf}
      columnDefinitions={definitions}
      resizableColumns
      wrapLines
      empty={empty}
      ariaLabels={{ tableLabel: label }}
      pagination={rows.length > pageSize ? <Pagination {...paginationProps} ariaLabels={PAGES} /> : undefined}
    />
  );
}

const PAGES = { nextPageLabel: "Next page", previousPageLabel: "Previous page", pageLabel: (number: number) => `Page ${number}` };

function numbers<T>({ header, cell, ...rest }: Column<T>): TableProps.ColumnDefinition<T> {
  return {
    sortingField: rest.id,
    minWidth: 90,
    ...rest,
    header: <div className="number">{header}</div>,
    ariaLabel: ({ sorted, descending }) => `${header}${sorted ? `, sorted ${descending ? "descending" : "ascending"}` : ""}`,
    cell: (row) => <div className="number">{cell(row)}</div>,
  };
}
