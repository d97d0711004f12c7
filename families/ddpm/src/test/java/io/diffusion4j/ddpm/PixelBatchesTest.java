package io.diffusion4j.ddpm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.diffusion4j.data.CaptionedImages;
import io.diffusion4j.data.CaptionedImages.CaptionedImage;
import io.diffusion4j.decoder.dit.DitConfig;
import io.diffusion4j.diffusion.image.Image;
import io.diffusion4j.diffusion.loss.Weighting;
import io.diffusion4j.diffusion.process.Parameterization;
import io.diffusion4j.diffusion.schedule.LinearSchedule;
import io.diffusion4j.nn.engine.NetworkDenoiser;
import io.diffusion4j.nn.train.diffusion.NoisedBatch;
import io.diffusion4j.nn.train.group.RowRange;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Examples come with the number of their class, and now and then without. */
class PixelBatchesTest {
  private static final int ROWS = 200;
  private static final PixelDit DIT = new PixelDit(DitConfig.of(4, 2, 1, 8, 2), 2);
  private static final CaptionedImages CATS_AND_DOGS =
      i -> new CaptionedImage(new Image(4, 4, new float[48]), i % 2 == 0 ? "cat" : "dog");

  private static PixelBatches batches(PixelDit network, List<String> classes, double drop) {
    var noise =
        new NoisedBatch(
            new LinearSchedule(1000), Parameterization.EPS, Weighting.SIMPLE, network::embedded);
    return new PixelBatches(CATS_AND_DOGS, network, classes, drop, noise, ROWS, 1);
  }

  private static int[] labels(PixelBatches batches) {
    return batches.batch(0).ints(PixelBackbone.LABEL);
  }

  @Test
  void aLabelIsTheNumberOfItsName() {
    int[] labels = labels(batches(DIT, List.of("cat", "dog"), 0));
    for (int i = 0; i < ROWS; i++) {
      assertThat(labels[i]).isEqualTo(i % 2);
    }
  }

  @Test
  void someAreOfNoClassAndTheNoiseIsTheSame() {
    var all = batches(DIT, List.of("cat", "dog"), 0);
    var some = batches(DIT, List.of("cat", "dog"), 0.25);
    assertThat(Arrays.stream(labels(some)).filter(label -> label == 2).count()).isBetween(30L, 70L);
    assertThat(some.batch(0).floats(NetworkDenoiser.SAMPLE, 4, 4, 3))
        .isEqualTo(all.batch(0).floats(NetworkDenoiser.SAMPLE, 4, 4, 3));
  }

  @Test
  void withoutClassesAllAreOfNone() {
    var none = batches(new PixelDit(DIT.config(), 0), List.of(), 0.1);
    assertThat(labels(none)).containsOnly(0);
  }

  @Test
  void aNetworkOfOtherClassesIsRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> batches(DIT, List.of("cat"), 0))
        .withMessage("classes: 1 (expected: the network's 2)");
  }

  /** So a process needs only the rows of its share. */
  @Test
  void rowsAreThoseOfTheWholeBatch() {
    var batches = batches(DIT, List.of("cat", "dog"), 0.5);
    var share = new RowRange(1, ROWS - 1);
    assertThat(batches.rows(3, share).checksum())
        .isEqualTo(batches.batch(3).rows(share.from(), share.to()).checksum());
  }
}
