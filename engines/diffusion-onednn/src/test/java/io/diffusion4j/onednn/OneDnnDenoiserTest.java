package io.diffusion4j.onednn;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.diffusion4j.diffusion.denoiser.Denoiser;
import io.diffusion4j.diffusion.denoiser.DenoiserContract;
import io.diffusion4j.diffusion.denoiser.Query;
import io.diffusion4j.diffusion.process.Parameterization;
import io.diffusion4j.nn.RandomWeights;
import io.diffusion4j.nn.Rows;
import io.diffusion4j.nn.engine.CompiledNetwork;
import io.diffusion4j.nn.engine.Compute;
import io.diffusion4j.nn.engine.NetworkDenoiser;
import io.diffusion4j.nn.engine.Precision;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/**
 * A network in this engine as a denoiser, found by itself: with three queries, one for each thread
 * of a usual test machine and one that they share.
 */
class OneDnnDenoiserTest implements DenoiserContract<float[]> {
  private static final LittleUnet NETWORK = new LittleUnet();
  private @Nullable CompiledNetwork network;

  Precision precision() {
    return Precision.BFLOAT16;
  }

  @BeforeEach
  void open() {
    assumeTrue(new OneDnnEngine().unavailable(precision()).isEmpty());
    network =
        new CompiledNetwork(
            NETWORK, RandomWeights.of(NETWORK, 1), Compute.of(precision()).withEngine("onednn"));
  }

  @AfterEach
  void close() {
    if (network != null) {
      network.close();
    }
  }

  @Override
  public Denoiser<float[]> denoiser() {
    return new NetworkDenoiser<>(
        Objects.requireNonNull(network),
        Parameterization.EPS,
        LittleUnet.TIME,
        (batch, contexts) -> {
          float[] present = new float[contexts.size() * LittleUnet.TOKENS];
          java.util.Arrays.fill(present, 1);
          batch.floats("context", Rows.stack(contexts)).floats("present", present);
        });
  }

  @Override
  public List<Query<float[]>> queries() {
    var random = new SplittableRandom(6);
    List<Query<float[]>> queries = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      float[] x = LittleBatches.gaussian(random, LittleUnet.SIZE * LittleUnet.SIZE * 3);
      float[] context = LittleBatches.gaussian(random, LittleUnet.TOKENS * LittleUnet.CONTEXT);
      queries.add(new Query<>(x, 100 * i + 50, context));
    }
    return queries;
  }
}
