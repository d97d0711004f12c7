package io.diffusion4j.it.commands;

import static org.assertj.core.api.Assertions.assertThat;

import io.diffusion4j.checkpoint.Checkpoint;
import io.diffusion4j.cli.Run;
import io.diffusion4j.diffusion.image.Image;
import io.diffusion4j.diffusion.image.ImageFiles;
import io.diffusion4j.diffusion.image.Png;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.StringWriter;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The CLIP of the shipped model, used alone. */
final class ClipCommandsTest {
  /** A picture of a labelled sheet, and the space to its left. */
  private static final int SIDE = 256;

  private static final int GAP = 8;
  private static final int COLUMN = SIDE + GAP;

  private static final String MODEL = Path.of("..", "emoji", "model").toString();

  @TempDir private Path folder = Path.of("");

  @BeforeEach
  void paint() throws IOException {
    paint("photos/red/1.png", 1, -1, -1);
    paint("photos/red/2.png", 0.8f, -1, -0.9f);
    paint("photos/blue/3.png", -1, -1, 1);
  }

  private void paint(String name, float red, float green, float blue) throws IOException {
    int size = 40;
    float[] pixels = new float[size * size * 3];
    for (int i = 0; i < pixels.length; i += 3) {
      pixels[i] = red;
      pixels[i + 1] = green;
      pixels[i + 2] = blue;
    }
    Path file = folder.resolve(name);
    Files.createDirectories(file.getParent());
    Files.write(file, Png.encode(new Image(size, size, pixels), Map.of()));
  }

  private Run run(String... words) {
    String[] all = Arrays.copyOf(words, words.length + 2);
    all[words.length] = "--model";
    all[words.length + 1] = MODEL;
    return Run.of(all);
  }

  private String photos() {
    return folder.resolve("photos").toString();
  }

  @Test
  void picturesBecomeAFileOfEmbeddingsWithTheirNames() throws IOException {
    Files.write(folder.resolve("photos/red/broken.png"), new byte[] {1, 2});
    Path output = folder.resolve("photos.safetensors");
    Run run = run("embed", photos(), "-o", output.toString(), "--batch", "2");
    assertThat(run.status()).as(run.err()).isEqualTo(1);
    assertThat(run.err()).contains("warning: red/broken.png: ");
    assertThat(run.out()).contains(output + ": 3 embeddings of ");
    try (var written = Checkpoint.open(output)) {
      assertThat(written.info("embeddings").shape()[0]).isEqualTo(3);
      assertThat(written.metadata())
          .containsEntry("names", "[\"blue/3.png\",\"red/1.png\",\"red/2.png\"]");
    }
    assertThat(folder.resolve("photos.safetensors.part")).doesNotExist();
  }

  /** The same file in a folder is read too. */
  @Test
  void theFirstFrameOfAnAnimationIsEmbedded() throws IOException {
    Path file = folder.resolve("picture.gif");
    var picture = new BufferedImage(8, 8, BufferedImage.TYPE_INT_RGB);
    assertThat(ImageIO.write(picture, "gif", file.toFile())).isTrue();
    Run run = run("embed", file.toString(), "-o", folder.resolve("gif.safetensors").toString());
    assertThat(run.status()).as(run.err()).isZero();
    assertThat(run.out()).contains(": 1 embeddings of ");
  }

  @Test
  void aPictureFindsItselfAndTheIndexFollowsTheFolder() throws IOException {
    Path blue = folder.resolve("photos/blue/3.png");
    Path sheet = folder.resolve("sheet.png");
    Run run =
        run(
            "search",
            photos(),
            "--picture",
            blue.toString(),
            "--top",
            "2",
            "--sheet",
            sheet.toString());
    assertThat(run.status()).as(run.err()).isZero();
    assertThat(run.out()).startsWith("1.000  blue/3.png").contains(sheet.toString());
    assertThat(sheet).exists();
    Files.delete(blue);
    paint("photos/green.png", -1, 1, -1);
    Run later = run("search", photos(), "--text", "green");
    assertThat(later.status()).as(later.err()).isZero();
    assertThat(later.err()).contains("pictures: 1/1");
    assertThat(later.out()).contains("green.png").doesNotContain("blue/3.png");
  }

  @Test
  void textsAndPicturesAreATableOfCosines() throws IOException {
    Path table = folder.resolve("table.png");
    String[] line = {"plot", "similarity", photos(), "--text", "red", "--text", "blue", "-o"};
    Run run = run(with(line, table.toString()));
    assertThat(run.status()).as(run.err()).isZero();
    Image drawn = ImageFiles.read(table, 1_000_000);
    assertThat(drawn.width()).as("texts, and three pictures").isGreaterThan(drawn.height());

    Files.write(folder.resolve("photos/red/broken.png"), new byte[] {1, 2});
    Run broken = run(with(line, table.toString()));
    assertThat(broken.status()).isEqualTo(2);
    assertThat(broken.err()).startsWith("error: red/broken.png: ");
  }

  @Test
  void allComponentsDrawWhatTheWholeEmbeddingDraws() throws IOException {
    Path sheet = folder.resolve("components.png");
    String photo = folder.resolve("photos/blue/3.png").toString();
    String[] line = {"plot", "components", photo, "-o", sheet.toString(), "--components"};
    Run run = run(with(line, "1,128", "--count", "160"));
    assertThat(run.status()).as(run.err()).isZero();
    Image drawn = ImageFiles.read(sheet, 1_000_000);
    assertThat(drawn.width())
        .as("two numbers of components, the embedding, the picture")
        .isEqualTo(4 * COLUMN + GAP);
    assertThat(difference(drawn, 1, 2)).isLessThan(0.02);
    assertThat(difference(drawn, 0, 2)).isGreaterThan(0.02);

    assertThat(run(with(line, "129", "--count", "2")).err())
        .contains("error: components: 129 (expected: at most the model's 128)");
  }

  private static String[] with(String[] words, String... more) {
    return Stream.concat(Arrays.stream(words), Arrays.stream(more)).toArray(String[]::new);
  }

  /** The mean difference of two columns of a labelled sheet of one row. */
  private static double difference(Image sheet, int first, int second) {
    double sum = 0;
    for (int y = sheet.height() - COLUMN; y < sheet.height() - GAP; y++) {
      for (int x = 0; x < 3 * SIDE; x++) {
        int row = 3 * (y * sheet.width() + GAP) + x;
        sum +=
            Math.abs(
                sheet.pixels()[row + first * 3 * COLUMN]
                    - sheet.pixels()[row + second * 3 * COLUMN]);
      }
    }
    return sum / (3 * SIDE * SIDE);
  }

  @Test
  void foldersAreLabelsToBeFoundAgain() {
    Run run = run("classify", photos(), "--labelled", "--template", "{}", "--top", "2");
    assertThat(run.status()).as(run.err()).isZero();
    assertThat(run.out())
        .contains("red/1.png: ", "accuracy: ", "accuracy in the first 2: 100.0 % (3 of 3)");
  }

  @Test
  void whatIsMissingIsToldInOneLine() {
    assertThat(run("embed", "-o", "x.npy").err())
        .startsWith("error: input: none (expected: texts or pictures)");
    assertThat(run("embed", "--text", "a", "-o", "x.csv").err())
        .startsWith("error: output: x.csv (expected: a .safetensors or .npy file)");
    assertThat(run("classify", photos()).err())
        .startsWith("error: label: none (expected: at least one, or --labelled)");
    assertThat(run("search", photos(), "--text", "a", "--picture", "b").err())
        .startsWith("error: query: a text and a picture (expected: one of them, or none)");
  }

  @Test
  void theProgramOfTheDocumentationCompiles() throws IOException {
    var page = Files.readString(Path.of("..", "docs", "clip.md"));
    var block = Pattern.compile("```java\n(.*?)```", Pattern.DOTALL).matcher(page);
    assertThat(block.find()).isTrue();
    String source =
        "import io.diffusion4j.clip.*; import io.diffusion4j.clip.embed.*;"
            + "import io.diffusion4j.diffusion.pipeline.*;"
            + "import io.diffusion4j.data.files.*; import io.diffusion4j.nn.engine.*;"
            + "import io.diffusion4j.search.*; import java.nio.file.*; import java.util.*;"
            + "class Page { void page() {"
            + block.group(1)
            + "}}";
    var errors = new StringWriter();
    var file =
        new SimpleJavaFileObject(URI.create("string:///Page.java"), JavaFileObject.Kind.SOURCE) {
          @Override
          public CharSequence getCharContent(boolean ignoreErrors) {
            return source;
          }
        };
    List<String> options = List.of("-proc:none", "-cp", classPath(), "-d", folder.toString());
    boolean compiles =
        ToolProvider.getSystemJavaCompiler()
            .getTask(errors, null, null, options, null, List.of(file))
            .call();
    assertThat(compiles).as(errors.toString()).isTrue();
  }

  private static String classPath() {
    return System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
  }
}
