package io.diffusion4j.data.files;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.diffusion4j.data.CaptionedImages.CaptionedImage;
import io.diffusion4j.data.PictureSet;
import io.diffusion4j.data.Shuffled;
import io.diffusion4j.data.Split;
import io.diffusion4j.data.files.PictureFiles.Braces;
import io.diffusion4j.diffusion.image.Image;
import io.diffusion4j.diffusion.image.Png;
import java.awt.image.BufferedImage;
import java.awt.image.Raster;
import java.awt.image.WritableRaster;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import java.util.stream.StreamSupport;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageWriter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The layouts in which people have pictures. */
class PictureFilesTest {
  private static final int N = 6;

  @TempDir Path folder = Path.of("");

  private static byte[] grey(int level) {
    float[] pixels = new float[6 * 4 * 3];
    Arrays.fill(pixels, (float) (2 * (20 * level / 255.0) - 1));
    return Png.encode(new Image(6, 4, pixels), Map.of());
  }

  private Path write(String name, byte[] bytes) throws IOException {
    Path file = folder.resolve(name);
    Files.createDirectories(file.getParent());
    return Files.write(file, bytes);
  }

  private Path write(String name, String text) throws IOException {
    return write(name, text.getBytes(UTF_8));
  }

  private static PictureFiles open(Path path) {
    return open(path, Columns.DEFAULT);
  }

  private static PictureFiles open(Path path, Columns columns) {
    return PictureFiles.open("data", List.of(path.toString()), columns);
  }

  private static List<String> keys(PictureSet set) {
    return LongStream.range(0, set.size()).mapToObj(set::key).toList();
  }

  private static List<List<String>> captions(PictureSet set) {
    return LongStream.range(0, set.size()).mapToObj(set::captions).toList();
  }

  @Test
  void theSamePicturesInFiveLayoutsAreTheSameSamples() throws IOException {
    var csv = new StringBuilder("file_name,text\n");
    var jsonl = new StringBuilder();
    var tar = new TarWriter();
    for (int i = 0; i < N; i++) {
      String caption = "shade \"" + i + "\", grey";
      for (String layout : List.of("beside", "csv", "jsonl", "list")) {
        write(layout + "/" + i + ".png", grey(i));
      }
      write("beside/" + i + ".txt", caption + "\n");
      csv.append(i).append(".png,\"").append(caption.replace("\"", "\"\"")).append("\"\r\n");
      jsonl.append(
          "{\"file_name\": \"%d.png\", \"text\": \"shade \\\"%d\\\", grey\"}%n".formatted(i, i));
      tar.file(i + ".png", grey(i)).file(i + ".txt", caption.getBytes(UTF_8));
    }
    write("csv/metadata.csv", csv.toString());
    write("jsonl/metadata.jsonl", jsonl.toString());
    Path list = write("list/pictures.csv", csv.toString());
    Path shard = write("shard.tar", tar.end());
    PictureFiles expected = open(folder.resolve("beside"));
    assertThat(expected.size()).isEqualTo(N);
    assertThat(expected.captions(2)).containsExactly("shade \"2\", grey");
    for (Path other : List.of(folder.resolve("csv"), folder.resolve("jsonl"), list, shard)) {
      PictureFiles set = open(other);
      assertThat(keys(set)).as("%s", other).isEqualTo(keys(expected));
      for (int i = 0; i < 2 * N; i++) {
        CaptionedImage one = new Shuffled(expected).examples(4, 5).get(i);
        CaptionedImage same = new Shuffled(set).examples(4, 5).get(i);
        assertThat(same.caption()).isEqualTo(one.caption());
        assertThat(same.image().pixels()).isEqualTo(one.image().pixels());
      }
      assertThat(keys(Split.byKey(set, 0.4).validation()))
          .isEqualTo(keys(Split.byKey(expected, 0.4).validation()));
    }
  }

  @Test
  void picturesComeInTheOrderOfTheirNamesWithTheTextsBesideThem() throws IOException {
    write("0.png", grey(0));
    write("3.png", grey(3));
    write("3.txt", "  shade 3\n");
    write("notes.md", "not a picture");
    PictureFiles pictures = open(folder);
    assertThat(pictures.size()).isEqualTo(2);
    assertThat(pictures.key(1)).isEqualTo("3.png");
    assertThat(pictures.captions(0)).isEmpty();
    assertThat(pictures.captions(1)).containsExactly("shade 3");
    assertThat(pictures.image(1).width()).isEqualTo(6);
    CaptionedImage last = pictures.inOrder().get(1);
    assertThat(last.caption()).isEqualTo("shade 3");
    assertThat(last.image().width()).isEqualTo(4);
    assertThat(last.image().pixels()).containsOnly((float) (2 * (60 / 255.0) - 1));
    assertThat(pictures.inOrder().get(0).caption()).isEmpty();
  }

  @Test
  void foldersAreReadAtAnyDepthAndOfSplitsTheTraining() throws IOException {
    write("train/b/1.png", grey(1));
    write("train/a/2.PNG", grey(2));
    write("train/a/2.txt", "one\n\n two \n");
    write("train/a/3.png", grey(3));
    write("train/a/3.json", "{\"caption\": [\"three\", \"3\"], \"width\": 6, \"url\": \"u\"}");
    write("train/.hidden/4.png", grey(4));
    write("train/__MACOSX/5.png", grey(5));
    write("validation/6.png", grey(6));
    PictureFiles set = open(folder);
    assertThat(keys(set)).containsExactly("a/2.PNG", "a/3.png", "b/1.png");
    assertThat(captions(set))
        .containsExactly(List.of("one", "two"), List.of("three", "3"), List.of());
  }

  @Test
  void metadataMayBeInEveryFolderAndPicturesWithoutARowAreLeftOut() throws IOException {
    write("a/metadata.jsonl", "{\"file_name\": \"in/1.png\", \"text\": [\"one\", \"uno\"]}\n");
    write("a/in/1.png", grey(1));
    write("a/in/2.png", grey(2));
    write("b/metadata.jsonl", "{\"file_name\": \"3.png\", \"text\": null, \"width\": 4}\n\n");
    write("b/3.png", grey(3));
    PictureFiles set = open(folder);
    assertThat(keys(set)).containsExactly("a/in/1.png", "b/3.png");
    assertThat(captions(set)).containsExactly(List.of("one", "uno"), List.of());
  }

  @Test
  void columnsAreFoundOrAskedFor() throws IOException {
    write("1.png", grey(1));
    Path list = write("list.tsv", "filepath\ttitle\tother\n1.png\ta title\tsomething else\n");
    assertThat(open(list).captions(0)).containsExactly("a title");
    assertThat(open(list, new Columns(null, "other")).captions(0))
        .containsExactly("something else");
    Path lonely = write("lonely.csv", "image_name,words\n1.png,\"a\nb\"\n");
    assertThat(open(lonely).captions(0)).containsExactly("a\nb");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> open(list, new Columns(null, "label")))
        .withMessage(
            "caption-column: label, which %s does not have (expected: one of filepath, title, other)"
                .formatted(list));
    Path none = write("none.csv", "path,text\n1.png,one\n");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> open(none))
        .withMessage(
            "image-column: file_name, filepath, image_name, image, which %s does not have"
                    .formatted(none)
                + " (expected: one of path, text)");
  }

  @ParameterizedTest
  @ValueSource(strings = {"../../etc/passwd", "/etc/passwd", "a/../../outside.png", "link.png"})
  void noListLeadsOutOfItsFolder(String name, @TempDir Path outside) throws IOException {
    Files.write(outside.resolve("secret.png"), grey(1));
    Path inner = Files.createDirectories(folder.resolve("inner"));
    Files.write(folder.resolve("outside.png"), grey(2));
    Files.createSymbolicLink(inner.resolve("link.png"), outside.resolve("secret.png"));
    Path list = inner.resolve("metadata.csv");
    Files.writeString(list, "file_name,text\n" + name + ",x\n");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> open(inner))
        .withMessage(
            "picture: %s of %s, line 2 (expected: a file inside %s)".formatted(name, list, inner));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "list.csv | file_name,text~1.png | , line 2: 1 values (expected: 2, as there are columns)",
        "list.csv | file_name,text~1.png,\"x | , line 2: a quote that is not closed (expected:"
            + " \"…\")",
        "list.csv | file_name,text | , no rows (expected: at least one)",
        "list.csv | file_name,text~,x | , line 2: no file_name (expected: a path)",
        "list.csv | file_name,text~2.png,x | , line 2 is not there (expected: a file inside ",
        "list.jsonl | {\"file_name\": 1.png} | , line 1: ",
      })
  void aWrongListIsRefusedWithItsLine(String name, String text, String message) throws IOException {
    write("1.png", grey(1));
    Path list = write(name, text.replace('~', '\n'));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> open(list))
        .withMessageContaining(list + message);
  }

  @Test
  void whatIsNoDataSetIsRefused() throws IOException {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> open(folder.resolve("nowhere")))
        .withMessage(
            "data: " + folder.resolve("nowhere") + " (expected: a folder, a list or a tar file)");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> PictureFiles.folder("images", folder.resolve("nowhere")))
        .withMessage("images: " + folder.resolve("nowhere") + " (expected: a folder)");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> open(folder))
        .withMessage(
            "data: %s (expected: a folder with %s files)"
                .formatted(folder, PictureFiles.formats()));
    Path other = write("a.doc", "words");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> open(other))
        .withMessage(
            "data: " + other + " (expected: a folder, .csv, .tsv, .jsonl, .parquet or .tar)");
    write("metadata.csv", "file_name,text\n");
    write("metadata.jsonl", "");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> open(folder))
        .withMessage(
            "data: "
                + folder
                + ", with metadata.csv and metadata.jsonl (expected: metadata of one kind)");
    Path twice = write("twice.csv", "file_name,text\n1.png,a\n1.png,b\n");
    write("1.png", grey(1));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> open(twice))
        .withMessage("data: " + twice + " has 1.png twice (expected: each picture once)");
  }

  @Test
  void aBrokenPictureIsNamed() throws IOException {
    write("a.png", "no picture");
    PictureFiles pictures = open(folder);
    assertThatThrownBy(() -> pictures.image(0))
        .isInstanceOf(UncheckedIOException.class)
        .hasMessageContaining("a.png");
  }

  @Test
  void gifAndCmykAreRead() throws IOException {
    var red = new BufferedImage(5, 3, BufferedImage.TYPE_INT_RGB);
    for (int i = 0; i < 15; i++) {
      red.setRGB(i % 5, i / 5, 0xff0000);
    }
    var gif = new ByteArrayOutputStream();
    assertThat(ImageIO.write(red, "gif", gif)).isTrue();
    write("a.gif", gif.toByteArray());
    write("b.jpg", cmyk());
    PictureFiles set = open(folder);
    assertThat(set.image(0).width()).isEqualTo(5);
    assertThat(set.image(0).pixels()).startsWith(1, -1, -1);
    Image printed = set.image(1);
    assertThat(printed.width()).isEqualTo(16);
    assertThat(printed.pixels()[0]).as("red").isGreaterThan(0.5f);
    assertThat(printed.pixels()[1]).as("green").isLessThan(0);
    assertThat(printed.pixels()[2]).as("blue").isLessThan(0);
  }

  /** Red in the inks of a print, which Adobe's programs write inverted: magenta and yellow. */
  private static byte[] cmyk() throws IOException {
    WritableRaster raster = Raster.createInterleavedRaster(0, 16, 16, 4, null);
    for (int i = 0; i < 256; i++) {
      raster.setPixel(i % 16, i / 16, new int[] {255, 0, 0, 255});
    }
    var bytes = new ByteArrayOutputStream();
    Iterable<ImageWriter> writers = () -> ImageIO.getImageWritersByFormatName("jpeg");
    ImageWriter writer =
        StreamSupport.stream(writers.spliterator(), false)
            .filter(one -> one.getClass().getName().startsWith("com.sun"))
            .findFirst()
            .orElseThrow();
    try (var out = ImageIO.createImageOutputStream(bytes)) {
      writer.setOutput(out);
      writer.write(new IIOImage(raster, null, null));
    } finally {
      writer.dispose();
    }
    byte[] plain = bytes.toByteArray();
    byte[] marker = HexFormat.of().parseHex("ffee000e41646f626500640000000000");
    return ByteBuffer.allocate(plain.length + marker.length)
        .put(plain, 0, 2)
        .put(marker)
        .put(plain, 2, plain.length - 2)
        .array();
  }

  @Test
  void bracesStandForSeveralShards() throws IOException {
    write("00.tar", new TarWriter().file("00/a.png", grey(1)).end());
    write("01.tar", new TarWriter().file("01/b.png", grey(2)).end());
    PictureFiles set = open(folder.resolve("{00..01}.tar"));
    assertThat(keys(set)).containsExactly("00/a.png", "01/b.png");
    assertThat(keys(open(folder))).isEqualTo(keys(set));
    assertThat(Braces.expanded("a{8..10}{x,y}.tar::b"))
        .containsExactly("a8x.tar", "a8y.tar", "a9x.tar", "a9y.tar", "a10x.tar", "a10y.tar", "b");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Braces.expanded("{5..1}"))
        .withMessage("range: {5..1} (expected: upwards, of at most 1000000 numbers)");
  }
}
