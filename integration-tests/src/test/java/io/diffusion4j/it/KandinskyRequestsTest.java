package io.diffusion4j.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import io.diffusion4j.checkpoint.DType;
import io.diffusion4j.client.Requests;
import io.diffusion4j.diffusion.image.Image;
import io.diffusion4j.diffusion.image.Png;
import io.diffusion4j.diffusion.pipeline.ImagePipeline;
import io.diffusion4j.diffusion.pipeline.ImageTask;
import io.diffusion4j.diffusion.stage.SamplingListener;
import io.diffusion4j.kandinsky.KandinskyConfig;
import io.diffusion4j.kandinsky.RandomKandinsky;
import io.diffusion4j.pipeline.OpenOptions;
import io.diffusion4j.pipeline.OpenPipeline;
import io.diffusion4j.pipeline.Plugins;
import io.diffusion4j.pipeline.Residency;
import io.diffusion4j.provenance.Provenance;
import io.diffusion4j.serving.request.DirectGenerator;
import io.diffusion4j.serving.request.ResolvedRequest;
import io.diffusion4j.serving.v1.GenerateImagesRequest;
import io.diffusion4j.serving.v1.ImageSize;
import io.diffusion4j.serving.v1.StageOptions;
import io.diffusion4j.serving.v1.Warning;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The fields of the contract for Kandinsky reach its pipeline. */
class KandinskyRequestsTest {
  private static OpenPipeline model;

  @BeforeAll
  static void open(@TempDir Path folder) {
    var random = new RandomKandinsky(KandinskyConfig.small());
    Path decoder = random.write(folder.resolve("kandinsky"), DType.F32, 1, component -> {});
    var how = OpenOptions.with(Residency.ALWAYS);
    model = OpenPipeline.of(decoder, how, Plugins.of(List.of()));
  }

  @AfterAll
  static void close() {
    model.close();
  }

  private static byte[] picture(int width, int height) {
    return Png.encode(new Image(width, height, new float[3 * width * height]), Map.of());
  }

  private static GenerateImagesRequest of(
      GenerateImagesRequest.Builder request, int width, int height) {
    var size = ImageSize.newBuilder().setWidth(width).setHeight(height);
    var options = StageOptions.newBuilder().setSteps(2).setSize(size);
    return request.addSeeds(7).putStages("decoder", options.build()).build();
  }

  private static ResolvedRequest resolved(ImagePipeline pipeline, GenerateImagesRequest asked) {
    return new DirectGenerator(pipeline, Provenance.DECLARED).resolve(asked);
  }

  private static Image draw(ImagePipeline pipeline, ResolvedRequest request) {
    return pipeline
        .draw(request.task(), request.stages(), request.noise(0, 1), SamplingListener.NONE)
        .get(0);
  }

  @Test
  void aSizeIsRoundedUpAndAWarningSaysSo() {
    var pipeline = model.pipeline();
    var request = resolved(pipeline, of(Requests.textToImage("a tiger"), 41, 20));
    assertThat(request.warnings())
        .extracting(Warning::getReason, Warning::getMessage)
        .containsExactly(tuple("SIZE_ROUNDED", "41×20 is rounded up to 48×24"));
    var drawn = draw(pipeline, request);
    assertThat(drawn.width()).isEqualTo(48);
    assertThat(drawn.height()).isEqualTo(24);
    assertThatThrownBy(() -> resolved(pipeline, of(Requests.textToImage("a tiger"), 2000, 20)))
        .hasMessage("stages[\"decoder\"].size: 2000×20 (expected: 1 to 1024 pixels wide and high)");
    assertThatThrownBy(() -> resolved(pipeline, of(Requests.textToImage("a tiger"), 0, 20)))
        .hasMessage("stages[\"decoder\"].size: 0×20 (expected: ≥ 1×1)");
  }

  @Test
  void aMixHasTextsAndPicturesWithWeights() {
    var pipeline = model.pipeline();
    var ingredients =
        List.of(Requests.ingredient("a tiger", 0.25), Requests.ingredient(picture(20, 30), 0.75));
    var request = resolved(pipeline, of(Requests.mix(ingredients), 32, 32));
    assertThat(((ImageTask.Mix) request.task()).ingredients())
        .extracting(ImageTask.Ingredient::weight)
        .containsExactly(0.25, 0.75);
    assertThat(draw(pipeline, request).width()).isEqualTo(32);
    assertThatThrownBy(() -> resolved(pipeline, of(Requests.mix(List.of()), 32, 32)))
        .hasMessage("mix.ingredients: none (expected: at least one)");
  }

  @Test
  void picturesOfAnyShapeAreDrawnOnAndLedToATextByTheShareOfTheSteps() {
    var pipeline = model.pipeline();
    var edit = resolved(pipeline, of(Requests.imageToImage(picture(50, 37), 0.5, ""), 48, 32));
    assertThat(pipeline.steps(edit.task(), edit.stages())).containsExactly(Map.entry("decoder", 1));
    assertThat(draw(pipeline, edit).height()).isEqualTo(32);
    var toward = resolved(pipeline, of(Requests.towardText(picture(9, 9), 0.3, "a tiger"), 32, 32));
    assertThat(pipeline.steps(toward.task(), toward.stages())).containsEntry("prior", 7);
  }

  @Test
  void aModelWithoutHintsRefusesThem() {
    var asked = Requests.hinted(Requests.textToImage("a tiger"), picture(32, 32));
    assertThatThrownBy(() -> resolved(model.pipeline(), of(asked, 32, 32)))
        .hasMessageStartingWith("task: hinted (expected: one of text_to_image, variation");
  }
}
