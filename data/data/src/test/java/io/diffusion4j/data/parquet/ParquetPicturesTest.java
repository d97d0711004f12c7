package io.diffusion4j.data.parquet;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.diffusion4j.data.CaptionedImages.CaptionedImage;
import io.diffusion4j.data.PictureSet;
import io.diffusion4j.data.Shuffled;
import io.diffusion4j.data.Split;
import io.diffusion4j.data.files.Columns;
import io.diffusion4j.data.files.PictureFiles;
import io.diffusion4j.diffusion.image.Image;
import io.diffusion4j.diffusion.image.Png;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.ObjIntConsumer;
import java.util.random.RandomGenerator;
import java.util.stream.LongStream;
import org.apache.parquet.column.ParquetProperties.WriterVersion;
import org.apache.parquet.conf.PlainParquetConfiguration;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.example.data.simple.SimpleGroupFactory;
import org.apache.parquet.format.ColumnMetaData;
import org.apache.parquet.format.FileMetaData;
import org.apache.parquet.format.Util;
import org.apache.parquet.hadoop.example.ExampleParquetWriter;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;
import org.apache.parquet.io.LocalOutputFile;
import org.apache.parquet.io.api.Binary;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.MessageTypeParser;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Pictures in Parquet files, in the layouts in which people have them. */
class ParquetPicturesTest {
  private static final int N = 37;

  /** As Hugging Face writes them. */
  private static final String HUGGING_FACE =
      """
      message schema {
        optional group image { optional binary bytes; optional binary path (STRING); }
        optional binary text (STRING);
      }
      """;

  @TempDir Path folder = Path.of("");

  private static byte[] grey(int level) {
    float[] pixels = new float[40 * 30 * 3];
    var noise = new SplittableRandom(level); // so that a picture has some size
    for (int i = 0; i < pixels.length; i++) {
      pixels[i] = (float) (2 * noise.nextDouble() - 1);
    }
    Arrays.fill(pixels, 0, 3, (float) (2 * (level / 255.0) - 1));
    return Png.encode(new Image(40, 30, pixels), Map.of());
  }

  private Path write(String name, String schema, int rows, ObjIntConsumer<Group> fill)
      throws IOException {
    return write(
        name, schema, rows, fill, CompressionCodecName.SNAPPY, WriterVersion.PARQUET_1_0, false);
  }

  /** Row groups of ten pictures, in pages of three. */
  private Path write(
      String name,
      String schema,
      int rows,
      ObjIntConsumer<Group> fill,
      CompressionCodecName codec,
      WriterVersion version,
      boolean dictionary)
      throws IOException {
    Path file = folder.resolve(name);
    Files.createDirectories(file.getParent());
    MessageType type = MessageTypeParser.parseMessageType(schema);
    try (var writer =
        ExampleParquetWriter.builder(new LocalOutputFile(file))
            .withConf(new PlainParquetConfiguration())
            .withType(type)
            .withCompressionCodec(codec)
            .withWriterVersion(version)
            .withDictionaryEncoding(dictionary)
            .withRowGroupRowCountLimit(10)
            .withPageRowCountLimit(3)
            .build()) {
      var factory = new SimpleGroupFactory(type);
      for (int i = 0; i < rows; i++) {
        Group row = factory.newGroup();
        fill.accept(row, i);
        writer.write(row);
      }
    }
    return file;
  }

  private static void huggingFace(Group row, int i) {
    row.addGroup("image")
        .append("bytes", Binary.fromConstantByteArray(grey(i)))
        .append("path", i + ".png");
    row.append("text", "shade " + i);
  }

  private static PictureFiles open(Path path) {
    return PictureFiles.open("data", List.of(path.toString()), Columns.DEFAULT);
  }

  private static List<String> keys(PictureSet set) {
    return LongStream.range(0, set.size()).mapToObj(set::key).toList();
  }

  @ParameterizedTest
  @CsvSource({
    "UNCOMPRESSED, PARQUET_1_0, false",
    "SNAPPY,       PARQUET_1_0, true",
    "ZSTD,         PARQUET_2_0, false",
    "SNAPPY,       PARQUET_2_0, true",
    "LZ4_RAW,      PARQUET_1_0, false",
  })
  void anyRowIsReadAlone(CompressionCodecName codec, WriterVersion version, boolean dictionary)
      throws IOException {
    Path file =
        write(
            "a.parquet",
            HUGGING_FACE,
            N,
            ParquetPicturesTest::huggingFace,
            codec,
            version,
            dictionary);
    PictureFiles set = open(file);
    assertThat(set.size()).isEqualTo(N);
    var random = RandomGenerator.of("L64X128MixRandom");
    for (int draw = 0; draw < 60; draw++) {
      int i = random.nextInt(N);
      assertThat(set.key(i)).isEqualTo(i + ".png");
      assertThat(set.captions(i)).containsExactly("shade " + i);
      assertThat(set.image(i).pixels()[0]).isEqualTo((float) (2 * (i / 255.0) - 1));
    }
  }

  @Test
  void theSamePicturesInAFolderAreTheSameSamples() throws IOException {
    var csv = new StringBuilder("file_name,text\n");
    Files.createDirectories(folder.resolve("list"));
    for (int i = 0; i < N; i++) {
      Files.write(folder.resolve("list/" + i + ".png"), grey(i));
      csv.append(i).append(".png,shade ").append(i).append('\n');
    }
    Files.writeString(folder.resolve("list/metadata.csv"), csv);
    write("hf/data/train-0.parquet", HUGGING_FACE, N, ParquetPicturesTest::huggingFace);
    write("hf/data/test-0.parquet", HUGGING_FACE, 1, ParquetPicturesTest::huggingFace);
    PictureFiles list = open(folder.resolve("list"));
    PictureFiles table = open(folder.resolve("hf"));
    assertThat(keys(table)).isEqualTo(keys(list));
    for (int i = 0; i < 2 * N; i++) {
      CaptionedImage one = new Shuffled(list).examples(4, 5).get(i);
      CaptionedImage same = new Shuffled(table).examples(4, 5).get(i);
      assertThat(same.caption()).isEqualTo(one.caption());
      assertThat(same.image().pixels()).isEqualTo(one.image().pixels());
    }
    assertThat(keys(Split.byKey(table, 0.2).validation()))
        .isEqualTo(keys(Split.byKey(list, 0.2).validation()));
  }

  @Test
  void img2datasetHasKeysAndBytes() throws IOException {
    Path file =
        write(
            "00000.parquet",
            """
            message schema {
              required binary key (STRING);
              optional binary jpg;
              optional binary caption (STRING);
              optional int64 width;
              optional binary url (STRING);
            }
            """,
            3,
            (row, i) -> {
              row.append("key", "00000000" + i);
              if (i < 2) {
                row.append("jpg", Binary.fromConstantByteArray(grey(i)));
              }
              row.append("width", 40L).append("caption", i == 0 ? " " : "words").append("url", "u");
            });
    PictureFiles set = open(file);
    assertThat(keys(set)).containsExactly("000000000.jpg", "000000001.jpg", "000000002.jpg");
    assertThat(set.captions(0)).isEmpty();
    assertThat(set.captions(1)).containsExactly("words");
    assertThat(set.image(1).width()).isEqualTo(40);
    assertThatThrownBy(() -> set.image(2))
        .isInstanceOf(UncheckedIOException.class)
        .hasMessage("000000002.jpg: no bytes (expected: those of a picture)");
  }

  @Test
  void captionsMayBeListsAndKeysMayBeMissing() throws IOException {
    String schema =
        """
        message schema {
          optional group image { optional binary bytes; optional binary path (STRING); }
          optional group text (LIST) { repeated group list { optional binary element (STRING); } }
        }
        """;
    ObjIntConsumer<Group> fill =
        (row, i) -> {
          row.addGroup("image").append("bytes", Binary.fromConstantByteArray(grey(i)));
          Group list = row.addGroup("text");
          for (int j = 0; j < i; j++) {
            list.addGroup("list").append("element", "caption " + j);
          }
        };
    write("p/train-00000-of-00002.parquet", schema, 3, fill);
    write("p/train-00001-of-00002.parquet", schema, 2, fill);
    PictureFiles set = open(folder.resolve("p"));
    assertThat(keys(set))
        .containsExactly(
            "train-00000-of-00002.parquet/0",
            "train-00000-of-00002.parquet/1",
            "train-00000-of-00002.parquet/2",
            "train-00001-of-00002.parquet/0",
            "train-00001-of-00002.parquet/1");
    assertThat(set.captions(0)).isEmpty();
    assertThat(set.captions(2)).containsExactly("caption 0", "caption 1");
  }

  @Test
  void aPathThatTwoPicturesHaveNamesTheFirst() throws IOException {
    ObjIntConsumer<Group> fill = (row, i) -> huggingFace(row, i % 2);
    PictureFiles set = open(write("a.parquet", HUGGING_FACE, 3, fill));
    assertThat(keys(set)).containsExactly("0.png", "1.png", "a.parquet/2");
  }

  @Test
  void aTableMayListFiles() throws IOException {
    String schema =
        "message schema { required binary file_name (STRING); optional binary text (STRING); }";
    Files.createDirectories(folder.resolve("f/in"));
    Files.write(folder.resolve("f/in/0.png"), grey(0));
    Path list =
        write(
            "f/metadata.parquet",
            schema,
            1,
            (row, i) -> row.append("file_name", "in/0.png").append("text", "zero"));
    for (Path path : List.of(list, folder.resolve("f"))) {
      PictureFiles set = open(path);
      assertThat(set.key(0)).isEqualTo("in/0.png");
      assertThat(set.captions(0)).containsExactly("zero");
      assertThat(set.image(0).width()).isEqualTo(40);
    }
    Path bad =
        write("f/out.parquet", schema, 1, (row, i) -> row.append("file_name", "../../etc/passwd"));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> open(bad))
        .withMessage(
            "picture: ../../etc/passwd of %s, row 1 (expected: a file inside %s)"
                .formatted(bad, bad.getParent()));
  }

  @Test
  void whatIsNoTableOfPicturesIsRefused() throws IOException {
    Path urls =
        write(
            "urls.parquet",
            "message schema { required binary url (STRING); required int32 width; }",
            1,
            (row, i) -> row.append("url", "u").append("width", 1));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> open(urls))
        .withMessageStartingWith("image-column: image, img, jpg, jpeg, png, webp, file_name,")
        .withMessageEndingWith("which %s does not have (expected: one of url)".formatted(urls));
    Path empty = write("empty.parquet", HUGGING_FACE, 0, ParquetPicturesTest::huggingFace);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> open(empty))
        .withMessage("table: " + empty + ", no rows (expected: at least one)");
    Path noise = Files.writeString(folder.resolve("noise.parquet"), "words ".repeat(100));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> open(noise))
        .withMessageStartingWith("table: " + noise + ", ")
        .withMessageEndingWith("(expected: a whole Parquet file)");
    Path whole = write("whole.parquet", HUGGING_FACE, N, ParquetPicturesTest::huggingFace);
    byte[] bytes = Files.readAllBytes(whole);
    Path cut = Files.write(folder.resolve("cut.parquet"), Arrays.copyOf(bytes, bytes.length / 2));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> open(cut))
        .withMessageEndingWith("(expected: a whole Parquet file)");
  }

  @Test
  void aDamagedPageIsABadPictureAndNoMore() throws IOException {
    Path file = write("a.parquet", HUGGING_FACE, N, ParquetPicturesTest::huggingFace);
    PictureFiles set = open(file);
    byte[] bytes = Files.readAllBytes(file);
    Arrays.fill(bytes, 100, 1000, (byte) 0x55);
    Files.write(file, bytes);
    assertThatThrownBy(() -> set.image(0))
        .isInstanceOf(UncheckedIOException.class)
        .hasMessageStartingWith("0.png: ");
    assertThat(set.image(N - 1).width()).isEqualTo(40);
  }

  /**
   * Ten rows with two pictures of one byte and two texts, so that both columns have dictionaries.
   */
  private Path repeated() throws IOException {
    return write(
        "repeated.parquet",
        "message schema { optional binary image; optional binary text (STRING); }",
        10,
        (row, i) -> {
          row.append("image", Binary.fromConstantByteArray(new byte[] {(byte) (i % 2)}));
          row.append("text", "shade " + i % 2);
        },
        CompressionCodecName.SNAPPY,
        WriterVersion.PARQUET_1_0,
        true);
  }

  @ParameterizedTest
  @CsvSource({"image, 10, 2", "text, 22, 5"})
  void aDictionaryOfMoreValuesThanItsBytesIsRefused(String column, int bytes, int most)
      throws IOException {
    Path file = repeated();
    try (var channel = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      long start = chunk(footer(file), column).getDictionary_page_offset();
      var header = Util.readPageHeader(Channels.newInputStream(channel.position(start)));
      var dictionary = requireNonNull(header.getDictionary_page_header());
      assertThat(dictionary.getNum_values()).isEqualTo(2);
      dictionary.setNum_values(63); // as long in the file
      var changed = new ByteArrayOutputStream();
      Util.writePageHeader(header, changed);
      channel.write(ByteBuffer.wrap(changed.toByteArray()), start);
    }
    assertThatThrownBy(() -> open(file).image(0))
        .isInstanceOf(UncheckedIOException.class)
        .hasMessageEndingWith(
            "dictionary: 63 values in %d bytes (expected: from 0 to %d)", bytes, most);
  }

  @ParameterizedTest
  @ValueSource(strings = {"image", "text"})
  void aChunkThatIsLargerThanTheFileIsRefused(String column) throws IOException {
    Path file = repeated();
    FileMetaData footer = footer(file);
    chunk(footer, column).setTotal_compressed_size(1L << 40);
    var changed = new ByteArrayOutputStream();
    Util.writeFileMetaData(footer, changed);
    byte[] bytes = Files.readAllBytes(file);
    int kept = bytes.length - 8 - footerSize(bytes);
    var out = ByteBuffer.allocate(kept + changed.size() + 8).order(ByteOrder.LITTLE_ENDIAN);
    out.put(bytes, 0, kept).put(changed.toByteArray()).putInt(changed.size());
    Files.write(file, out.put("PAR1".getBytes(UTF_8)).array());
    assertThatThrownBy(() -> open(file).image(0))
        .isInstanceOf(UncheckedIOException.class)
        .hasMessageContaining("column " + column + ": 1099511627776 bytes from byte ")
        .hasMessageEndingWith(" (expected: within the file)");
  }

  private static FileMetaData footer(Path file) throws IOException {
    byte[] bytes = Files.readAllBytes(file);
    int size = footerSize(bytes);
    return Util.readFileMetaData(new ByteArrayInputStream(bytes, bytes.length - 8 - size, size));
  }

  private static int footerSize(byte[] file) {
    return ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN).getInt(file.length - 8);
  }

  private static ColumnMetaData chunk(FileMetaData footer, String column) {
    var group = requireNonNull(footer.getRow_groups()).get(0);
    return requireNonNull(group.getColumns()).stream()
        .map(chunk -> requireNonNull(chunk.getMeta_data()))
        .filter(meta -> List.of(column).equals(meta.getPath_in_schema()))
        .findFirst()
        .orElseThrow();
  }
}
