package io.diffusion4j.data.parquet;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.lang.ref.SoftReference;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Objects;
import org.apache.parquet.ParquetRuntimeException;
import org.apache.parquet.column.ColumnDescriptor;
import org.apache.parquet.column.ColumnReader;
import org.apache.parquet.column.impl.ColumnReadStoreImpl;
import org.apache.parquet.example.data.simple.convert.GroupRecordConverter;
import org.apache.parquet.hadoop.metadata.ColumnChunkMetaData;
import org.apache.parquet.schema.MessageType;

/**
 * A column of byte strings, at most one per row, with random access: reading a value reads only its
 * page of the file, so the size of row groups matters little. The last page is cached by a soft
 * reference, for sequential reads. Thread-safe.
 */
final class ByteColumn {
  private final Path file;
  private final MessageType column;
  private final ColumnDescriptor descriptor;
  private final String createdBy;
  private final NavigableMap<Long, Chunk> chunks;
  private volatile SoftReference<Page> last = new SoftReference<>(null);

  /** A page and its first row in the file. */
  private record Page(long row, OnePage content) {
    boolean has(long wanted) {
      return wanted >= row && wanted - row < content.getRowCount();
    }
  }

  /**
   * Creates a column.
   *
   * @param column a schema with only this column
   * @param metas its chunks, one per row group
   * @param createdBy the name of the program that wrote the file
   */
  ByteColumn(Path file, MessageType column, List<ColumnChunkMetaData> metas, String createdBy) {
    this.file = file;
    this.column = column;
    this.descriptor = column.getColumns().get(0);
    this.createdBy = createdBy;
    this.chunks = Chunk.byRow(metas);
  }

  /**
   * Reads the bytes of a row.
   *
   * @throws IOException if the row has no value, or it cannot be read
   */
  byte[] at(long row) throws IOException {
    try {
      Page page = page(row);
      ColumnReader reader =
          new ColumnReadStoreImpl(
                  page.content,
                  new GroupRecordConverter(column).getRootConverter(),
                  column,
                  createdBy)
              .getColumnReader(descriptor);
      for (long i = page.row; i < row; i++) {
        if (isThere(reader)) {
          reader.skip();
        }
        reader.consume();
      }
      if (!isThere(reader)) {
        throw new FileNotFoundException("no bytes (expected: those of a picture)");
      }
      return reader.getBinary().getBytes();
    } catch (ParquetRuntimeException | IllegalArgumentException | IndexOutOfBoundsException e) {
      throw new IOException("cannot be decoded: " + e.getMessage(), e);
    }
  }

  private boolean isThere(ColumnReader reader) {
    return reader.getCurrentDefinitionLevel() == descriptor.getMaxDefinitionLevel();
  }

  private Page page(long row) throws IOException {
    Page known = last.get();
    if (known != null && known.has(row)) {
      return known;
    }
    Map.Entry<Long, Chunk> chunk = Objects.requireNonNull(chunks.floorEntry(row), "chunk");
    try (var channel = FileChannel.open(file)) {
      Chunk.Found found = chunk.getValue().page(channel, row - chunk.getKey());
      Page page = new Page(chunk.getKey() + found.row(), found.page());
      last = new SoftReference<>(page);
      return page;
    }
  }
}
