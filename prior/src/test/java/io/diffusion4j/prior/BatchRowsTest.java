package io.diffusion4j.prior;

import static org.assertj.core.api.Assertions.assertThat;

import io.diffusion4j.data.CaptionedImages.CaptionedImage;
import io.diffusion4j.diffusion.component.TextEncoding;
import io.diffusion4j.diffusion.image.Image;
import io.diffusion4j.diffusion.loss.Weighting;
import io.diffusion4j.diffusion.process.Parameterization;
import io.diffusion4j.diffusion.schedule.CosineSchedule;
import io.diffusion4j.nn.train.BatchSource;
import io.diffusion4j.nn.train.diffusion.NoisedBatch;
import io.diffusion4j.nn.train.group.RowRange;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/**
 * Rows of a batch have the same bits in any share, although the outputs of the frozen networks
 * depend on the number of their inputs.
 */
class BatchRowsTest {
  private static final int ROWS = 24; // groups of three
  private static final int SIZE = 16;
  private static final List<RowRange> SHARES =
      List.of(new RowRange(0, 1), new RowRange(0, 12), new RowRange(7, 20), new RowRange(18, 24));

  private final Set<Long> read = new HashSet<>();

  private final CaptionedEmbeddings data =
      new CaptionedEmbeddings(
          index -> {
            read.add(index);
            float[] pixel = {(float) Math.sin((double) index), 0, 0};
            return new CaptionedImage(new Image(1, 1, pixel), "picture " + index);
          },
          captions ->
              captions.stream()
                  .map(
                      caption -> {
                        double value = caption.hashCode() % 100 + captions.size();
                        return new TextEncoding(
                            filled(2 * SIZE, value),
                            new boolean[] {true, false},
                            filled(SIZE, value));
                      })
                  .toList(),
          examples ->
              examples.stream()
                  .map(one -> filled(SIZE, one.image().pixels()[0] + examples.size()))
                  .toList(),
          0.3);

  private static float[] filled(int size, double value) {
    float[] values = new float[size];
    Arrays.fill(values, (float) value);
    return values;
  }

  private void assertRows(BatchSource source) {
    for (long step = 0; step < 3; step++) {
      var whole = source.batch(step);
      for (RowRange share : SHARES) {
        assertThat(source.rows(step, share).checksum())
            .as("step %d, %s", step, share)
            .isEqualTo(whole.rows(share.from(), share.to()).checksum());
      }
    }
    read.clear();
    source.rows(0, new RowRange(6, 12));
    assertThat(read).containsExactlyInAnyOrder(6L, 7L, 8L, 9L, 10L, 11L);
  }

  @Test
  void ofTheDiffusionPrior() {
    var noise =
        new NoisedBatch(new CosineSchedule(100), Parameterization.X0, Weighting.SIMPLE, SIZE);
    assertRows(new PriorBatches(data, Standardization.none(SIZE), noise, ROWS, 5));
  }

  @Test
  void ofTheOnePassPrior() {
    assertRows(new DirectBatches(data, ROWS, 5));
  }
}
