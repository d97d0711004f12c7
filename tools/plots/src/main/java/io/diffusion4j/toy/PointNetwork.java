package io.diffusion4j.toy;

import static java.lang.Math.PI;
import static java.lang.Math.cos;
import static java.lang.Math.sin;

import io.diffusion4j.nn.Batch;
import io.diffusion4j.nn.Inputs;
import io.diffusion4j.nn.NetworkDefinition;
import io.diffusion4j.nn.Nn;
import io.diffusion4j.nn.Tensor;
import io.diffusion4j.nn.engine.NetworkDenoiser;
import java.util.List;

/**
 * A network for points: dense layers with residuals, each conditioned on the time. The inputs are
 * {@code sample}, {@code time} and the waves that {@link #withWaves} adds.
 *
 * @param width the width of the layers
 * @param blocks number of blocks
 */
public record PointNetwork(int width, int blocks) implements NetworkDefinition {
  /** The width of the time embedding. */
  static final int TIME_CHANNELS = 64;

  static final int DIMENSIONS = 2;

  /**
   * Input: sines and cosines of the coordinates, without which dense layers learn fine detail
   * slowly (Tancik et al. 2020).
   */
  private static final String WAVES = "waves";

  /** The number of wavelengths: 4 units, and each half of the previous one. */
  private static final int OCTAVES = 5;

  private static final int WAVE_COUNT = 2 * DIMENSIONS * OCTAVES;

  /** The default size, which learns each of the sets in seconds. */
  public static final PointNetwork DEFAULT = new PointNetwork(128, 3);

  /** Defines the network. Output: the prediction. */
  @Override
  public List<Tensor> define(Nn nn, Inputs inputs) {
    var time = nn.input(inputs.floats(NetworkDenoiser.TIME, TIME_CHANNELS));
    var t = nn.silu(nn.at("time").linear(time, width));
    var x = nn.input(inputs.floats(NetworkDenoiser.SAMPLE, DIMENSIONS));
    var waves = nn.input(inputs.floats(WAVES, WAVE_COUNT));
    var h = nn.at("in").linear(nn.concat(1, List.of(x, waves)), width);
    for (int i = 0; i < blocks; i++) {
      var at = nn.at("blocks", i);
      var conditioned =
          nn.add(at.at("first").linear(nn.silu(h), width), at.at("time").linear(t, width));
      h = nn.add(h, at.at("second").linear(nn.silu(conditioned), width));
    }
    return List.of(nn.output(nn.at("out").linear(nn.silu(h), DIMENSIONS)));
  }

  /** Adds the waves of its samples to a batch. */
  static Batch withWaves(Batch batch) {
    float[] samples = batch.floats(NetworkDenoiser.SAMPLE, DIMENSIONS);
    float[] waves = new float[samples.length * 2 * OCTAVES];
    for (int i = 0; i < samples.length; i++) {
      for (int k = 0; k < OCTAVES; k++) {
        double angle = PI / 2 * (1 << k) * samples[i];
        waves[2 * (i * OCTAVES + k)] = (float) sin(angle);
        waves[2 * (i * OCTAVES + k) + 1] = (float) cos(angle);
      }
    }
    return batch.floats(WAVES, waves);
  }
}
