package io.diffusion4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.diffusion4j.golden.GoldenRoots;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A model without words, from nothing to pictures that draw themselves again. */
final class DdpmTest {
  private static final String OTHER = GoldenRoots.shipped().first("unclip-pipeline").toString();

  @Test
  void isTrainedDrawnFromAndReplayed(@TempDir Path folder) {
    String model = folder.resolve("ddpm").toString();
    Run trained =
        Run.of(
            "train",
            "ddpm",
            "--preset",
            "tiny",
            "--steps",
            "3",
            "--model",
            model,
            "--state",
            folder.resolve("state").toString());
    assertThat(trained.status()).as(trained.err()).isZero();

    String picture = folder.resolve("a.png").toString();
    Run drawn =
        Run.of(
            "generate",
            "--model",
            model,
            "--decoder-steps",
            "4",
            "--seed",
            "7",
            "--output",
            picture);
    assertThat(drawn.status()).as(drawn.err()).isZero();
    assertThat(drawn.out()).contains("a.png: 16×16 pixels, seed 7");

    Run again = Run.of("replay", picture, "--model", model);
    assertThat(again.status()).as(again.err()).isZero();
    assertThat(again.out()).contains("the same");

    Run words = Run.of("generate", "a cat", "--model", model);
    assertThat(words.err())
        .contains(
            "task: text_to_image (expected: one of interpolation, inpaint, image_to_image,"
                + " unconditional, which is what ddpm can do)");
    assertThat(words.status()).isEqualTo(2);

    Run labelled = Run.of("generate", "--label", "2", "--model", model);
    assertThat(labelled.err()).contains("label: 2 (expected: none; the model knows no classes)");

    assertThat(Run.of("inspect", model).status()).isZero();
  }

  @Test
  void keepsOutOfTheFolderOfAnotherPipeline() {
    Run run = Run.of("train", "ddpm", "--preset", "tiny", "--steps", "1", "--model", OTHER);
    assertThat(run.err()).contains("a folder of its own; another pipeline is there");
    assertThat(run.status()).isEqualTo(2);
  }
}
