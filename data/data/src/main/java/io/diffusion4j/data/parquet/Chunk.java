package io.diffusion4j.data.parquet;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.TreeMap;
import org.apache.parquet.bytes.BytesInput;
import org.apache.parquet.column.Encoding;
import org.apache.parquet.column.page.DataPage;
import org.apache.parquet.column.page.DataPageV1;
import org.apache.parquet.column.page.DataPageV2;
import org.apache.parquet.column.page.DictionaryPage;
import org.apache.parquet.column.statistics.Statistics;
import org.apache.parquet.compression.CompressionCodecFactory.BytesInputDecompressor;
import org.apache.parquet.format.DictionaryPageHeader;
import org.apache.parquet.format.PageHeader;
import org.apache.parquet.format.Util;
import org.apache.parquet.hadoop.metadata.ColumnChunkMetaData;
import org.apache.parquet.schema.PrimitiveType;
import org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName;
import org.jspecify.annotations.Nullable;

/**
 * A column's part of a row group, with at most one value per row. The positions of its pages are
 * read from their headers on first use and kept; pages themselves are read each time.
 */
final class Chunk {
  /** The largest page that is read, in bytes. */
  private static final int LARGEST = 1 << 29;

  /** A page: its first row in the chunk, and the position of its bytes. */
  private record Place(long row, PageHeader header, long offset) {}

  /** The content of the headers. */
  private record Pages(@Nullable DictionaryPage dictionary, NavigableMap<Long, Place> byRow) {}

  /** A page and its first row in the chunk. */
  record Found(long row, OnePage page) {}

  private final ColumnChunkMetaData meta;
  private final PrimitiveType type;
  private final BytesInputDecompressor decompressor;
  private @Nullable Pages pages;

  Chunk(ColumnChunkMetaData meta) {
    this.meta = meta;
    this.type = meta.getPrimitiveType();
    this.decompressor = new Codecs().getDecompressor(meta.getCodec());
  }

  /** Reads the page that contains a row of the chunk. */
  Found page(FileChannel file, long row) throws IOException {
    Pages all = pages(file);
    Map.Entry<Long, Place> page = all.byRow.floorEntry(row);
    if (page == null) {
      throw new EOFException("no page with row " + row);
    }
    Place place = page.getValue();
    return new Found(place.row, new OnePage(all.dictionary, decoded(file, place)));
  }

  /** Checks the sizes that Parquet's reader allocates: of the chunk, its pages and dictionary. */
  void requireWhole(FileChannel file) throws IOException {
    pages(file);
  }

  private synchronized Pages pages(FileChannel file) throws IOException {
    Pages known = pages;
    if (known == null) {
      known = walk(file);
      pages = known;
    }
    return known;
  }

  private Pages walk(FileChannel file) throws IOException {
    if (meta.getStartingPos() < 0
        || meta.getTotalSize() < 0
        || meta.getTotalSize() > file.size() - meta.getStartingPos()) {
      throw new IOException(
          "column %s: %d bytes from byte %d (expected: within the file)"
              .formatted(meta.getPath().toDotString(), meta.getTotalSize(), meta.getStartingPos()));
    }
    DictionaryPage dictionary = null;
    var byRow = new TreeMap<Long, Place>();
    long row = 0;
    long at = meta.getStartingPos();
    while (row < meta.getValueCount()) {
      var stream = new HeaderStream(file, at);
      PageHeader header = Util.readPageHeader(stream);
      var place = new Place(row, header, stream.position());
      requireWhole(file, place);
      var v1 = header.getData_page_header();
      var v2 = header.getData_page_header_v2();
      var words = header.getDictionary_page_header();
      if (v1 != null) {
        byRow.put(row, place);
        row += v1.getNum_values();
      } else if (v2 != null) {
        byRow.put(row, place);
        row += v2.getNum_values();
      } else if (words != null) {
        dictionary = dictionary(file, place, words);
      }
      at = place.offset + header.getCompressed_page_size();
    }
    return new Pages(dictionary, byRow);
  }

  private static void requireWhole(FileChannel file, Place place) throws IOException {
    long size = place.header.getCompressed_page_size();
    long unpacked = place.header.getUncompressed_page_size();
    if (size < 0 || size > file.size() - place.offset || unpacked < 0 || unpacked > LARGEST) {
      throw new IOException(
          "a page of %d bytes, %d decompressed (expected: within the file, at most %d)"
              .formatted(size, unpacked, LARGEST));
    }
    var v2 = place.header.getData_page_header_v2();
    if (v2 != null) {
      long repetition = v2.getRepetition_levels_byte_length();
      long definition = v2.getDefinition_levels_byte_length();
      if (repetition < 0 || definition < 0 || repetition + definition > Math.min(size, unpacked)) {
        throw new IOException(
            "levels: %d and %d bytes (expected: within a page of %d bytes, %d decompressed)"
                .formatted(repetition, definition, size, unpacked));
      }
    }
  }

  private static byte[] bytes(FileChannel file, Place place) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(place.header.getCompressed_page_size());
    while (bytes.hasRemaining()) {
      if (file.read(bytes, place.offset + bytes.position()) < 0) {
        throw new EOFException("ends within a page at byte " + place.offset);
      }
    }
    return bytes.array();
  }

  private DictionaryPage dictionary(FileChannel file, Place place, DictionaryPageHeader header)
      throws IOException {
    BytesInput bytes =
        decompressor.decompress(
            BytesInput.from(bytes(file, place)), place.header.getUncompressed_page_size());
    int values = header.getNum_values();
    int least = // bytes of a value; a string begins with its length
        type.getPrimitiveTypeName() == PrimitiveTypeName.FIXED_LEN_BYTE_ARRAY
            ? Math.max(1, type.getTypeLength())
            : Integer.BYTES;
    if (values < 0 || values > bytes.size() / least) {
      throw new IOException(
          "dictionary: %d values in %d bytes (expected: from 0 to %d)"
              .formatted(values, bytes.size(), bytes.size() / least));
    }
    return new DictionaryPage(bytes, values, encoding(header.getEncoding()));
  }

  private DataPage decoded(FileChannel file, Place place) throws IOException {
    int size = place.header.getUncompressed_page_size();
    byte[] bytes = bytes(file, place);
    Statistics<?> none = Statistics.getBuilderForReading(type).build();
    var v2 = place.header.getData_page_header_v2();
    if (v2 == null) {
      var v1 = Objects.requireNonNull(place.header.getData_page_header(), "header");
      return new DataPageV1(
          decompressor.decompress(BytesInput.from(bytes), size),
          v1.getNum_values(),
          size,
          none,
          encoding(v1.getRepetition_level_encoding()),
          encoding(v1.getDefinition_level_encoding()),
          encoding(v1.getEncoding()));
    }
    int repetition = v2.getRepetition_levels_byte_length();
    int levels = repetition + v2.getDefinition_levels_byte_length();
    BytesInput values = BytesInput.from(bytes, levels, bytes.length - levels);
    return DataPageV2.uncompressed(
        v2.getNum_rows(),
        v2.getNum_nulls(),
        v2.getNum_values(),
        BytesInput.from(bytes, 0, repetition),
        BytesInput.from(bytes, repetition, levels - repetition),
        encoding(v2.getEncoding()),
        v2.isIs_compressed() ? decompressor.decompress(values, size - levels) : values,
        none);
  }

  private static Encoding encoding(org.apache.parquet.format.@Nullable Encoding encoding) {
    return Encoding.valueOf(Objects.requireNonNull(encoding, "encoding").name());
  }

  /** Returns the chunks of a column, by their first rows in the file. */
  static NavigableMap<Long, Chunk> byRow(List<ColumnChunkMetaData> metas) {
    var chunks = new TreeMap<Long, Chunk>();
    long row = 0;
    for (ColumnChunkMetaData meta : metas) {
      chunks.put(row, new Chunk(meta));
      row += meta.getValueCount();
    }
    return chunks;
  }

  /** A stream of a file's bytes from an offset, with its position. */
  private static final class HeaderStream extends InputStream {
    private static final int WINDOW = 1 << 12;

    private final FileChannel file;
    private final ByteBuffer window = ByteBuffer.allocate(WINDOW).limit(0);
    private long windowEnd;

    HeaderStream(FileChannel file, long start) {
      this.file = file;
      this.windowEnd = start;
    }

    /** Returns the offset of the next byte. */
    long position() {
      return windowEnd - window.remaining();
    }

    @Override
    public int read() throws IOException {
      return fill() ? window.get() & 0xff : -1;
    }

    @Override
    public int read(byte[] to, int from, int length) throws IOException {
      if (length == 0) {
        return 0;
      }
      if (!fill()) {
        return -1;
      }
      int count = Math.min(length, window.remaining());
      window.get(to, from, count);
      return count;
    }

    /** Whether there is another byte. */
    private boolean fill() throws IOException {
      if (!window.hasRemaining()) {
        window.clear();
        windowEnd += Math.max(0, file.read(window, windowEnd));
        window.flip();
      }
      return window.hasRemaining();
    }
  }
}
