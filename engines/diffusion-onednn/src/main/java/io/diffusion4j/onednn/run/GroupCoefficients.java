package io.diffusion4j.onednn.run;

import io.diffusion4j.onednn.core.Buffer;
import io.diffusion4j.onednn.core.View;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Computes the coefficients of y = a·x + b from the moments of each channel: group normalisation's
 * statistics, gain and shift, and the sample's scale and shift. A few hundred numbers, in double.
 *
 * @param mean the mean of each channel, for each part of the pixels
 * @param variance likewise
 * @param counts number of pixels of each part
 * @param scaleShift {@code [2·C]}, if there is one
 * @param a {@code [C]}
 * @param b {@code [C]}
 */
record GroupCoefficients(
    List<View> mean,
    List<View> variance,
    List<Long> counts,
    float[] gain,
    float[] shift,
    int groups,
    double eps,
    Optional<View> scaleShift,
    View a,
    View b)
    implements Action {
  @Override
  public List<Buffer> buffers() {
    List<Buffer> buffers = new ArrayList<>();
    mean.forEach(view -> buffers.add(view.buffer()));
    variance.forEach(view -> buffers.add(view.buffer()));
    scaleShift.ifPresent(view -> buffers.add(view.buffer()));
    buffers.add(a.buffer());
    buffers.add(b.buffer());
    return buffers;
  }

  @Override
  public Bound bind(Slot slot) {
    var means = mean.stream().map(slot::floats).toArray(FloatBuffer[]::new);
    var variances = variance.stream().map(slot::floats).toArray(FloatBuffer[]::new);
    var given = scaleShift.map(slot::floats);
    var outA = slot.floats(a);
    var outB = slot.floats(b);
    int channels = gain.length;
    var work = new Work(channels, means.length);
    return stream -> {
      for (int p = 0; p < means.length; p++) {
        means[p].get(0, work.mean[p]);
        variances[p].get(0, work.variance[p]);
      }
      compute(work);
      given.ifPresent(buffer -> modulate(buffer, work));
      outA.put(0, work.a);
      outB.put(0, work.b);
    };
  }

  /** Heap memory of one slot, used by one thread at a time. */
  private static final class Work {
    final float[][] mean;
    final float[][] variance;
    final float[] a;
    final float[] b;
    final float[] scaleShift;

    Work(int channels, int parts) {
      mean = new float[parts][channels];
      variance = new float[parts][channels];
      a = new float[channels];
      b = new float[channels];
      scaleShift = new float[2 * channels];
    }
  }

  private void compute(Work work) {
    int inGroup = gain.length / groups;
    long pixels = counts.stream().mapToLong(Long::longValue).sum();
    double size = (double) pixels * inGroup;
    for (int from = 0; from < gain.length; from += inGroup) {
      double sum = 0;
      for (int p = 0; p < work.mean.length; p++) {
        double channelSum = 0;
        for (int c = from; c < from + inGroup; c++) {
          channelSum += work.mean[p][c];
        }
        sum += channelSum * counts.get(p);
      }
      double groupMean = sum / size;
      double squares = 0;
      for (int p = 0; p < work.mean.length; p++) {
        double partSquares = 0;
        for (int c = from; c < from + inGroup; c++) {
          double off = work.mean[p][c] - groupMean;
          partSquares += work.variance[p][c] + off * off;
        }
        squares += partSquares * counts.get(p);
      }
      double scale = 1 / Math.sqrt(squares / size + eps);
      for (int c = from; c < from + inGroup; c++) {
        double factor = gain[c] * scale;
        work.a[c] = (float) factor;
        work.b[c] = (float) (shift[c] - groupMean * factor);
      }
    }
  }

  /** Computes norm(x)·(1 + scale) + shift. */
  private static void modulate(FloatBuffer scaleShift, Work work) {
    int channels = work.a.length;
    scaleShift.get(0, work.scaleShift);
    for (int c = 0; c < channels; c++) {
      float factor = 1 + work.scaleShift[c];
      work.a[c] *= factor;
      work.b[c] = work.b[c] * factor + work.scaleShift[channels + c];
    }
  }
}
