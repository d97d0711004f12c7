package io.diffusion4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.diffusion4j.golden.GoldenRoots;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An unconditional model, from nothing to pictures that draw themselves again. */
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

    PrintStream before = System.out;
    var piped = new ByteArrayOutputStream();
    System.setOut(new PrintStream(piped));
    try {
      Run run =
          Run.of("generate", "--model", model, "--decoder-steps", "4", "--seed", "7", "-o", "-");
      assertThat(run.status()).as(run.err()).isZero();
      assertThat(run.out()).isEmpty();
      assertThat(run.err()).contains("-: 16×16 pixels, seed 7");
    } finally {
      System.setOut(before);
    }
    assertThat(Path.of(picture)).hasBinaryContent(piped.toByteArray());

    Run words = Run.of("generate", "a cat", "--model", model);
    assertThat(words.err())
        .contains(
            "task: text_to_image (expected: one of interpolation, inpaint, image_to_image,"
                + " unconditional, which is what ddpm can do)");
    assertThat(words.status()).isEqualTo(2);

    Run labelled = Run.of("generate", "--label", "2", "--model", model);
    assertThat(labelled.err()).contains("label: 2 (expected: none; the model knows no classes)");

    assertThat(Run.of("inspect", model).status()).isZero();
    isMeasured(model, folder);
    isEdited(model, picture, folder);
  }

  private static void isEdited(String model, String picture, Path folder) {
    String edited = folder.resolve("edited.png").toString();
    for (String[] edit :
        new String[][] {
          {"img2img", picture},
          {"inpaint", picture, "--mask", picture},
          {"blend", picture, picture, "--ratio", "0.2"}
        }) {
      Run run = Run.of(with(edit, "--model", model, "--decoder-steps", "4", "--output", edited));
      assertThat(run.status()).as(run.err()).isZero();
      assertThat(Run.of("replay", edited, "--model", model).out()).contains("the same file");
    }
    Run words = Run.of("img2img", picture, "a cat", "--model", model);
    assertThat(words.err())
        .contains("prompt: \"a cat\" (expected: empty; the model takes no prompt)");
  }

  private static void isMeasured(String model, Path folder) {
    String json = folder.resolve("figures.json").toString();
    String pictures = folder.toString(); // the one that was drawn
    Run bound =
        Run.of("nll", "--model", model, "--images", pictures, "--steps", "5", "--json", json);
    assertThat(bound.status()).as(bound.err()).isZero();
    assertThat(bound.out())
        .containsPattern("bits per dimension: \\d+\\.\\d{4}")
        .contains("L_0", "1 of 16×16 pixels, seed 0");
    assertThat(Path.of(json)).content().contains("\"model\": \"ddpm\"");

    String[] flow = {
      "likelihood", "--model", model, "--images", pictures, "--steps", "5", "--method", "heun"
    };
    Run likelihood = Run.of(flow);
    assertThat(likelihood.status()).as(likelihood.err()).isZero();
    assertThat(likelihood.out())
        .containsPattern("bits per dimension: -?\\d+\\.\\d{4}")
        .contains("noise reached: variance ");
    assertThat(likelihood.err()).contains("likelihood: 10/10");
    assertThat(Run.of(flow).out()).isEqualTo(likelihood.out());

    Run without = Run.of("likelihood", "--model", model);
    assertThat(without.err())
        .contains("images: none (expected: a folder, for a model that was not trained on emoji)");
    Run labelled = Run.of("nll", "--model", model, "--images", pictures, "--label", "1");
    assertThat(labelled.err()).contains("label: ");
    assertThat(labelled.status()).isEqualTo(2);
  }

  @Test
  void theDecoderOfUnclipIsMeasuredByTheProbabilityFlowToo(@TempDir Path folder)
      throws IOException {
    var picture = new BufferedImage(40, 40, BufferedImage.TYPE_INT_RGB);
    picture.setRGB(20, 20, 0xff8000);
    ImageIO.write(picture, "png", folder.resolve("a.png").toFile());
    String[] flow = {"likelihood", "--model", OTHER, "--images", folder.toString(), "--steps", "2"};
    Run run = Run.of(flow);
    assertThat(run.status()).as(run.err()).isZero();
    assertThat(run.out()).containsPattern("bits per dimension: -?\\d+\\.\\d{4}");
    assertThat(run.err()).contains("likelihood: 8/8");
    assertThat(Run.of(flow).out()).isEqualTo(run.out());
    Run labelled =
        Run.of("likelihood", "--model", OTHER, "--images", folder.toString(), "--label", "1");
    assertThat(labelled.err()).contains("label: 1 (expected: none; the model knows no classes)");
  }

  @Test
  void withOneNoiseLevelIsADenoisingAutoencoder(@TempDir Path folder) throws IOException {
    String model = folder.resolve("dae").toString();
    String[] train = {
      "train",
      "dae",
      "--preset",
      "tiny",
      "--steps",
      "3",
      "--model",
      model,
      "--state",
      folder.resolve("state").toString(),
      "--technique"
    };
    Run trained = Run.of(with(train, "noise=0.8"));
    assertThat(trained.status()).as(trained.err()).isZero();
    assertThat(folder.resolve("dae/scheduler/scheduler_config.json"))
        .content()
        .contains("\"num_train_timesteps\": 1", "\"prediction_type\": \"sample\"");
    var sheet = ImageIO.read(folder.resolve("dae/denoised.png").toFile());
    assertThat(sheet.getWidth()).isEqualTo(4 * 16);
    assertThat(sheet.getHeight()).isEqualTo(8 * 16);
    assertThat(Run.of("inspect", model).status()).isZero();
    Run silent = Run.of(with(train, "noise=0"));
    assertThat(silent.err()).contains("noise: 0 (expected: ");
    assertThat(silent.status()).isEqualTo(2);
  }

  @Test
  void aFlowIsTrainedDrawnMeasuredAndTrainedOn(@TempDir Path folder) {
    String model = folder.resolve("flow").toString();
    String[] train = {"train", "ddpm", "--preset", "tiny", "--steps", "3", "--model", model};
    String[] flow = with(train, "--process", "flow", "--state", folder.resolve("state").toString());
    Run wrong = Run.of(with(flow, "--technique", "prediction=eps"));
    assertThat(wrong.err())
        .contains("prediction: eps (expected: velocity, with process=flow)")
        .hasLineCount(1);
    Run trained =
        Run.of(with(flow, "--technique", "density=logit-normal", "--technique", "flow-shift=3"));
    assertThat(trained.status()).as(trained.err()).isZero();
    assertThat(folder.resolve("flow/scheduler/scheduler_config.json"))
        .content()
        .contains("\"_class_name\": \"FlowMatchEulerDiscreteScheduler\"", "\"shift\": 3.0")
        .doesNotContain("beta_start");

    String picture = folder.resolve("a.png").toString();
    for (String sampler : new String[] {"flow-euler", "flow-heun", "flow-stochastic", "ddim"}) {
      Run drawn =
          Run.of(
              "generate",
              "--model",
              model,
              "--decoder-steps",
              "4",
              "--sampler",
              sampler,
              "--output",
              picture);
      assertThat(drawn.status()).as(drawn.err()).isZero();
      assertThat(Run.of("replay", picture, "--model", model).out()).contains("the same");
    }
    isMeasured(model, folder);

    String more = folder.resolve("more").toString();
    Run further =
        Run.of(
            "train",
            "ddpm",
            "--preset",
            "tiny",
            "--steps",
            "1",
            "--start-from",
            model,
            "--model",
            more,
            "--state",
            folder.resolve("more-state").toString());
    assertThat(further.status()).as(further.err()).isZero();
    assertThat(folder.resolve("more/scheduler/scheduler_config.json"))
        .content()
        .contains("FlowMatchEulerDiscreteScheduler", "\"shift\": 3.0");
  }

  private static String[] with(String[] arguments, String... more) {
    return Stream.concat(Stream.of(arguments), Stream.of(more)).toArray(String[]::new);
  }

  @Test
  void keepsOutOfTheFolderOfAnotherPipeline() {
    Run run = Run.of("train", "ddpm", "--preset", "tiny", "--steps", "1", "--model", OTHER);
    assertThat(run.err()).contains("a folder of its own; another pipeline is there");
    assertThat(run.status()).isEqualTo(2);
  }
}
