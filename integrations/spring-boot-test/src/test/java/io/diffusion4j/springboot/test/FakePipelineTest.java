package io.diffusion4j.springboot.test;

import static org.assertj.core.api.Assertions.assertThat;

import io.diffusion4j.diffusion.image.Image;
import io.diffusion4j.diffusion.noise.PhiloxNoise;
import io.diffusion4j.diffusion.pipeline.ImagePipeline;
import io.diffusion4j.diffusion.pipeline.ImageTask;
import io.diffusion4j.diffusion.sampling.Resampling;
import io.diffusion4j.diffusion.stage.SamplingListener;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The pictures of the stand-in. */
class FakePipelineTest {
  private final ImagePipeline standIn = FakePipeline.pipeline();

  private Image draw(ImageTask task) {
    return standIn.draw(task, Map.of(), PhiloxNoise.images(7, 1), SamplingListener.NONE).get(0);
  }

  /** The colour of a pixel. */
  private static float[] at(Image image, int x, int y) {
    int first = 3 * (y * image.width() + x);
    float[] pixels = image.pixels();
    return new float[] {pixels[first], pixels[first + 1], pixels[first + 2]};
  }

  private static double distance(float[] first, float[] second) {
    double sum = 0;
    for (int i = 0; i < first.length; i++) {
      sum += Math.abs(first[i] - second[i]);
    }
    return sum;
  }

  @Test
  void aDiscIsOnABackground() {
    Image apple = draw(ImageTask.of("a red apple"));
    float[] centre = at(apple, 32, 32);
    float[] corner = at(apple, 0, 0);
    assertThat(distance(centre, at(apple, 28, 36))).isLessThan(0.5);
    assertThat(distance(corner, at(apple, 63, 63))).isLessThan(0.5);
    assertThat(distance(centre, corner)).isGreaterThan(0.5);
  }

  @Test
  void aVariationHasTheColoursOfItsPicture() {
    Image apple = draw(ImageTask.of("a red apple"));
    Image varied = draw(new ImageTask.Variation(apple, ImageTask.Words.NONE));
    Image frog = draw(ImageTask.of("a green frog"));
    assertThat(distance(apple.pixels(), varied.pixels()))
        .isPositive()
        .isLessThan(distance(apple.pixels(), frog.pixels()) / 2);
  }

  @Test
  void aTaskOfEachListedKindIsDrawn() {
    Image apple = draw(ImageTask.of("a red apple"));
    Image frog = draw(ImageTask.of("a green frog"));
    var words = new ImageTask.Words("a yellow star", "");
    assertThat(standIn.card().tasks())
        .allSatisfy(
            kind -> {
              ImageTask task =
                  switch (kind) {
                    case TEXT_TO_IMAGE -> new ImageTask.TextToImage(words);
                    case VARIATION -> new ImageTask.Variation(apple, words);
                    case INTERPOLATION -> new ImageTask.Interpolation(apple, frog, 0.5);
                    case INPAINT -> new ImageTask.Inpaint(apple, frog, words, Resampling.NONE);
                    case IMAGE_TO_IMAGE -> new ImageTask.ImageToImage(apple, 0.5, words);
                    case UPSCALE -> new ImageTask.Upscale(new Image(8, 8, new float[3 * 8 * 8]));
                    case TEXT_DIFF -> new ImageTask.TextDiff(apple, "an apple", "a star", 0.5);
                    case FROM_EMBEDDING ->
                        new ImageTask.FromEmbedding(List.of(new float[6]), words);
                    case UNCONDITIONAL, MIX, TOWARD_TEXT, HINTED ->
                        throw new AssertionError(kind + " is listed, without a test");
                  };
              assertThat(draw(task).width()).isEqualTo(64);
            });
  }
}
