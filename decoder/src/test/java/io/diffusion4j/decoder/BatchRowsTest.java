package io.diffusion4j.decoder;

import static org.assertj.core.api.Assertions.assertThat;

import io.diffusion4j.data.CaptionedImages;
import io.diffusion4j.data.CaptionedImages.CaptionedImage;
import io.diffusion4j.data.ImageEmbedder;
import io.diffusion4j.diffusion.component.TextEncoder;
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

  private static final NoisedBatch NOISE =
      new NoisedBatch(new CosineSchedule(100), Parameterization.X0, Weighting.SIMPLE, 16);

  private final Set<Long> read = new HashSet<>();

  private final CaptionedImages data =
      index -> {
        read.add(index);
        float[] pixels = new float[SIZE * SIZE * 3];
        Arrays.fill(pixels, (float) Math.sin((double) index));
        return new CaptionedImage(new Image(SIZE, SIZE, pixels), "picture " + index);
      };

  private static float[] filled(int size, double value) {
    float[] values = new float[size];
    Arrays.fill(values, (float) value);
    return values;
  }

  private static void assertRows(BatchSource source) {
    for (long step = 0; step < 3; step++) {
      var whole = source.batch(step);
      for (RowRange share : SHARES) {
        assertThat(source.rows(step, share).checksum())
            .as("step %d, %s", step, share)
            .isEqualTo(whole.rows(share.from(), share.to()).checksum());
      }
    }
  }

  @Test
  void ofTheDecoder() {
    var objective = new LittleDecoding(LittleDecoding.unet(8, List.of(16, 16)), 4, 3).objective();
    int width = objective.projection().embeddingDim();
    TextEncoder texts =
        captions ->
            captions.stream()
                .map(
                    caption -> {
                      double value = caption.hashCode() % 100 + captions.size();
                      return new TextEncoding(
                          filled(3 * width, value),
                          new boolean[] {true, true, false},
                          filled(width, value));
                    })
                .toList();
    ImageEmbedder images =
        examples ->
            examples.stream()
                .map(one -> filled(width, one.image().pixels()[0] + examples.size()))
                .toList();
    var batches = new DecoderBatches(data, texts, images, objective, NOISE, 0.2, 0.2, ROWS, 5);
    assertRows(batches);

    read.clear();
    batches.rows(0, new RowRange(6, 12));
    assertThat(read).containsExactlyInAnyOrder(6L, 7L, 8L, 9L, 10L, 11L);
  }

  @Test
  void ofTheUpsampler() {
    var batches = new UpsamplerBatches(data, 4, 8, NOISE, 50, 0.5, ROWS, 5);
    assertRows(batches);

    read.clear();
    batches.rows(0, new RowRange(7, 9));
    assertThat(read).containsExactlyInAnyOrder(7L, 8L);
  }
}
