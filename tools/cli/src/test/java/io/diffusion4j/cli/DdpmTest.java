package io.diffusion4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.diffusion4j.emoji.train.EmojiPreset;
import io.diffusion4j.golden.GoldenRoots;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
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

  private static String[] training(Path folder, String... more) {
    return training("tiny", folder, more);
  }

  private static String[] training(String preset, Path folder, String... more) {
    String[] start = {"train", "ddpm", "--preset", preset, "--batch", "4"};
    String[] places = {
      "--model", folder.resolve("ddpm").toString(), "--state", folder.resolve("state").toString()
    };
    return with(with(start, places), more);
  }

  @Test
  void aPatternThatFreezesNothingIsRefused(@TempDir Path folder) {
    Run run = Run.of(training(folder, "--steps", "1", "--freeze", "conv_in.*,down_block.*"));
    assertThat(run.err())
        .contains("freeze: down_block.* (expected: a pattern of parameters of the network)");
    assertThat(run.status()).isEqualTo(2);
  }

  @Test
  void anotherMovingAverageIsAcceptedIfItIsNamed(@TempDir Path folder) throws IOException {
    Run first = Run.of(training(folder, "--steps", "2", "--ema-decay", "0.5,0.9"));
    assertThat(first.status()).as(first.err()).isZero();
    String[] other = training(folder, "--steps", "3", "--ema-decay", "0.9,0.99");
    Run refused = Run.of(other);
    assertThat(refused.err()).contains("ema_decays: 0.5,0.9 (expected: 0.9,0.99; to start over");
    Run accepted = Run.of(with(other, "--accept-changed", "ema_decays"));
    assertThat(accepted.status()).as(accepted.err()).isZero();
    assertThat(accepted.err()).contains("ema_decays until step 2: 0.5,0.9");
  }

  /** Its network is in the folder transformer. The only validation is the one of the last step. */
  @Test
  void theBestWeightsOfATransformerAreKept(@TempDir Path folder) throws IOException {
    Path pictures = Files.createDirectories(folder.resolve("pictures"));
    GreyPictures.write(pictures);
    String tiny;
    try (var resource = EmojiPreset.class.getResourceAsStream("tiny.yaml")) {
      tiny = new String(Objects.requireNonNull(resource).readAllBytes(), StandardCharsets.UTF_8);
    }
    String unet = "backbone: unet\n  dit: {patch: 4";
    assertThat(tiny).contains(unet);
    String preset =
        Files.writeString(
                folder.resolve("dit.yaml"), tiny.replace(unet, unet.replace("unet", "dit")))
            .toString();
    String[] options = {
      "--data",
      pictures.toString(),
      "--validation",
      "0.4",
      "--learning-rate",
      "0.9",
      "--ema-decay",
      "0.5,0.9",
      "--keep-best",
      "--steps"
    };
    Run first = Run.of(training(preset, folder, with(options, "2")));
    assertThat(first.status()).as(first.err()).isZero();
    assertThat(first.err()).contains("the lowest validation loss was ", "at step 2");
    Path best = folder.resolve("state/ddpm/best/transformer/diffusion_pytorch_model.safetensors");
    Files.write(best, new byte[] {1, 2, 3}); // to be recognised
    Run again = Run.of(training(preset, folder, with(options, "2")));
    assertThat(again.status()).as(again.err()).isZero();
    assertThat(folder.resolve("ddpm/transformer/diffusion_pytorch_model.safetensors"))
        .hasBinaryContent(new byte[] {1, 2, 3});
    options[7] = "0.9,0.5";
    Run other = Run.of(training(preset, folder, with(options, "2")));
    assertThat(other.err())
        .contains("ema-decay: [0.9, 0.5] (expected: 0.5 first, the average of the best weights");
  }

  @Test
  void keepsOutOfTheFolderOfAnotherPipeline() {
    Run run = Run.of("train", "ddpm", "--preset", "tiny", "--steps", "1", "--model", OTHER);
    assertThat(run.err()).contains("a folder of its own; another pipeline is there");
    assertThat(run.status()).isEqualTo(2);
  }
}
