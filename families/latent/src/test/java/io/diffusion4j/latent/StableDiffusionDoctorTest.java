package io.diffusion4j.latent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.diffusion4j.checkpoint.Checkpoint;
import io.diffusion4j.checkpoint.DType;
import io.diffusion4j.checkpoint.SafetensorsWriter;
import io.diffusion4j.diffusion.image.Image;
import io.diffusion4j.diffusion.pipeline.PictureLikelihood.Example;
import io.diffusion4j.golden.GoldenCase;
import io.diffusion4j.golden.GoldenKind;
import io.diffusion4j.golden.GoldenTest;
import io.diffusion4j.pipeline.Diagnosis;
import io.diffusion4j.pipeline.Diagnosis.Verdict;
import io.diffusion4j.pipeline.OpenOptions;
import io.diffusion4j.pipeline.OpenPipeline;
import io.diffusion4j.pipeline.Residency;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Each network of a folder is examined by itself, and the one that is wrong is named. */
class StableDiffusionDoctorTest {
  private static final OpenOptions HOW = OpenOptions.with(Residency.ONE_AT_A_TIME);

  @TempDir Path parent = Path.of("");

  private static List<Diagnosis> examine(Path folder, List<Image> drawn) {
    List<Example> examples =
        Stream.of(1, 2)
            .map(
                i -> {
                  float[] pixels = new float[64 * 64 * 3];
                  for (int j = 0; j < pixels.length; j++) {
                    pixels[j] = (float) Math.sin(0.001 * i * j);
                  }
                  var picture = new Image(64, 64, pixels);
                  return new Example(picture, "a cat", OptionalInt.empty());
                })
            .toList();
    return OpenPipeline.family(folder).examine(folder, HOW, examples, 7, drawn::add);
  }

  private Path random() {
    Path folder = parent.resolve("random");
    new RandomStableDiffusion(StableDiffusionConfig.small())
        .write(folder, DType.F32, 7, component -> {});
    return folder;
  }

  @Test
  void randomWeightsAreUntrainedAndDrawAllTheSame() {
    List<Image> drawn = new ArrayList<>();
    List<Diagnosis> found = examine(random(), drawn);
    assertThat(found)
        .extracting(Diagnosis::part)
        .containsExactly("text_encoder", "vae", "unet", "picture");
    assertThat(found.get(0).verdict()).isEqualTo(Verdict.OK);
    assertThat(found.get(1).verdict()).isEqualTo(Verdict.UNTRAINED);
    assertThat(found.get(2).verdict()).isEqualTo(Verdict.UNTRAINED);
    assertThat(found.get(2).levels()).hasSize(3);
    assertThat(found.get(2).finding()).endsWith("; of no published size");
    assertThat(drawn).singleElement().extracting(Image::width).isEqualTo(64);
  }

  /** Captions may be the same: those of pictures without texts are. */
  @Test
  void aTextTowerThatDoesNotDistinguishTextsIsUntrained() throws IOException {
    Path tower = random().resolve("text_encoder");
    try (var weights = Checkpoint.open(tower, Checkpoint.TRANSFORMERS)) {
      var constant = new SafetensorsWriter();
      for (String name : weights.names()) {
        if (name.endsWith("token_embedding.weight")) {
          int size = (int) weights.info(name).size();
          constant.floats(name, DType.F32, weights.shape(name), () -> new float[size]);
        } else {
          constant.copy(weights, name);
        }
      }
      constant.write(parent.resolve("constant"));
    }
    Files.move(
        parent.resolve("constant"),
        tower.resolve("model.safetensors"),
        StandardCopyOption.REPLACE_EXISTING);
    Diagnosis found = examine(tower.resolveSibling(""), new ArrayList<>()).get(0);
    assertThat(found.verdict()).isEqualTo(Verdict.UNTRAINED);
    assertThat(found.finding())
        .contains("those of two texts differ by 0.00 of it, so texts hardly matter");
  }

  @Test
  void theComponentWithoutNumbersIsNamed() throws IOException {
    Path folder = random();
    Path weights = folder.resolve("unet").resolve("diffusion_pytorch_model.safetensors");
    try (var file = new RandomAccessFile(weights.toFile(), "rw")) {
      file.seek(file.length() - 4);
      file.writeInt(Integer.reverseBytes(Float.floatToIntBits(Float.NaN)));
    }
    assertThat(examine(folder, new ArrayList<>()))
        .singleElement()
        .satisfies(
            found -> {
              assertThat(found.part()).isEqualTo("unet");
              assertThat(found.verdict()).isEqualTo(Verdict.BROKEN);
              assertThat(found.finding()).startsWith("not all weights are finite numbers, in ");
            });
  }

  @Test
  void aFolderThatCannotBeOpenedIsRefused() throws IOException {
    Path folder = random();
    Files.delete(folder.resolve("vae").resolve("config.json"));
    assertThatThrownBy(() -> examine(folder, new ArrayList<>())).hasMessageContaining("vae");
  }

  @Test
  void thePublishedAutoencoderHasItsScalingFactor() {
    var published = Optional.of(Vae.Kl.published().manifest());
    assertThat(StableDiffusionDoctor.scalingFault(0.18215, 1.3, published)).isEmpty();
    assertThat(StableDiffusionDoctor.scalingFault(0.7 * 0.18215, 0.9, published))
        .hasValueSatisfying(fault -> assertThat(fault).endsWith("(published: 0.18215)"));
    assertThat(StableDiffusionDoctor.scalingFault(0.3, 1.3, Optional.empty())).isEmpty();
    assertThat(StableDiffusionDoctor.scalingFault(2, 4, Optional.empty()))
        .hasValueSatisfying(fault -> assertThat(fault).endsWith("(expected: about 0.500)"));
  }

  /** Inpainting, variations, Stable unCLIP with and without a prior, LCM and SDXS. */
  @GoldenTest(GoldenKind.STABLE_DIFFUSION_VARIATION)
  void networksThatSeePicturesAreExamined(GoldenCase golden) {
    assertExamined(golden);
  }

  @GoldenTest(GoldenKind.STABLE_DIFFUSION_EDIT)
  void networksThatChangePicturesAreExamined(GoldenCase golden) {
    assertExamined(golden);
  }

  private static void assertExamined(GoldenCase golden) {
    if (golden.json().has("model")) {
      assertThat(golden.json().get("model").asText()).isNotEmpty(); // the folder above is examined
      return;
    }
    List<Image> drawn = new ArrayList<>();
    List<Diagnosis> found = examine(golden.folder(), drawn);
    assertThat(found).extracting(Diagnosis::part).contains("vae", "unet", "picture");
    assertThat(drawn).hasSize(1);
  }
}
