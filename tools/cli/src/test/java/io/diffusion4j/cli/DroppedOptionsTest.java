package io.diffusion4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.diffusion4j.diffusion.image.Image;
import io.diffusion4j.diffusion.image.Png;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Options that cannot hold, and files that would be lost, are refused before a model is loaded. */
class DroppedOptionsTest {
  @TempDir private Path folder = Path.of("");

  @ParameterizedTest
  @CsvSource({
    "--model nowhere, model: nowhere",
    "--precision auto, precision: auto",
    "--pull, pull: given",
    "--packed folder, packed: folder",
    "--classifier a, classifier: a",
    "--noised-clip a, noised-clip: a",
    "--plugin a.jar, plugin: a.jar",
    "--filter a.yaml, filter: a.yaml",
    "--sign a.key, sign: a.key",
    "--watermark a.key, watermark: a.key",
    "--c2pa-key a.key, c2pa-key: a.key"
  })
  void aServerHasItsOwnModelAndMarks(String option, String line) throws IOException {
    for (String command : List.of("generate cat", "vary " + image("a.png"))) {
      assertRefused(
          line + " (expected: none beside --server, which has its own)",
          (command + " --server 127.0.0.1:1 " + option).split(" ", -1));
    }
  }

  @Test
  void aServerHasAConnectionAndUpdatesOfWeights() {
    String options = "--lora a --tls --ca a --certificate a --key a --token-file a";
    assertThat(Run.of(("generate cat --server 127.0.0.1:1 " + options).split(" ", -1)).err())
        .doesNotContain("beside --server");
  }

  @ParameterizedTest
  @CsvSource({"--sheet", "--raw"})
  void aPictureIsNotOverwrittenByWhatIsWrittenBesideIt(String option) {
    String output = folder.resolve("a.png").toString();
    String same = folder.resolve("./a.png").toString();
    assertRefused(
        option.substring(2) + ": " + same + " (expected: another file than --output)",
        "generate",
        "cat",
        "-o",
        output,
        option,
        same);
    assertThat(folder).isEmptyDirectory();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "generate a -o DIR --count 1500000000 | count: 1500000000 images (expected: at most"
            + " 100000)",
        "generate a --decoder-steps 3 --sweep decoder-steps=1,2 "
            + "| decoder-steps: given (expected: none beside its --sweep)",
        "mix missing.png:0.5 stars:0.5 --server 127.0.0.1:1 "
            + "| ingredient: missing.png:0.5 (expected: an existing image)",
        "search x --text a --top 1000000000 | top: 1000000000 (expected: in [1, 10000])",
        "search DIR --index pom.xml | index: pom.xml (expected: a folder; ",
        "search DIR --index pom.xml/a/b | index: pom.xml/a/b (expected: a folder; ",
        "search x --text a --sheet s.jpg | sheet: s.jpg (expected: a name that ends in .png)",
        "verify DIR --model x | model: x (expected: none without --replay)",
        "verify DIR --prior ar | prior: ar (expected: none without --replay)",
        "train decoder --crop random | crop: random (expected: none without --data)",
        "train decoder --flip | flip: given (expected: none without --data)",
        "train decoder --data-threads 0 | data-threads: 0 (expected: none without --data)",
        "mcp --token-file x | token-file: x (expected: none without --server or --config)",
        "mcp --server http://127.0.0.1:1 --config x | config: x (expected: none beside --server)",
        "data DIR --data-threads 0 | data-threads: 0 (expected: ≥ 1)",
        "embed DIR -o DIR/none/e.npy | output: DIR/none/e.npy (expected: a file in a folder that is"
            + " there; DIR/none is none)",
        "data x --sheet s.webp | sheet: s.webp (expected: a name that ends in .png)"
      })
  void whatCannotHoldIsRefused(String line, String message) {
    assertRefused(
        message.replace("DIR", folder.toString()),
        line.replace("DIR", folder.toString()).split(" ", -1));
  }

  @Test
  void afterAnImageIsANumber() throws IOException {
    String image = image("a.png") + ":nan";
    assertRefused(
        "ingredient: " + image + " (expected: a number after the colon)",
        "mix",
        image,
        "b:0.5",
        "--server",
        "127.0.0.1:1");
  }

  @Test
  void theFileThatIsNoPictureIsNamed() throws IOException {
    Path none = Files.writeString(folder.resolve("none.png"), "none");
    assertRefused(
        "image: " + none + " (expected: a PNG, JPEG or WebP picture)",
        "vary",
        image("a.png"),
        none.toString());
  }

  private String image(String name) throws IOException {
    Path file = folder.resolve(name);
    Files.write(file, Png.encode(new Image(2, 2, new float[12]), Map.of()));
    return file.toString();
  }

  private static void assertRefused(String message, String... words) {
    Run run = Run.of(words);
    assertThat(run.status()).as(run.err()).isEqualTo(2);
    assertThat(run.err()).contains(message).doesNotContain("loading");
  }
}
