package io.diffusion4j.benchmarks.peers;

import io.diffusion4j.benchmarks.networks.DecoderSubject;
import io.diffusion4j.benchmarks.networks.NetworkCost;
import io.diffusion4j.checkpoint.TensorSource;
import io.diffusion4j.decoder.DecoderModel;
import io.diffusion4j.decoder.UpsamplerModel;
import io.diffusion4j.diffusion.argument.Check;
import io.diffusion4j.nn.Batch;
import io.diffusion4j.nn.Network;
import io.diffusion4j.nn.NetworkDefinition;
import io.diffusion4j.nn.RandomWeights;
import io.diffusion4j.nn.weights.Init;
import io.diffusion4j.prior.PriorTransformer;
import io.diffusion4j.unclip.UnclipConfig;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A network that all engines run, with random weights. Weights and inputs depend on nothing but the
 * subject, so each process makes them itself.
 *
 * @param name the name on the command line and in the table
 * @param network the network
 * @param batches the batch sizes
 * @param isLarge whether each call runs in a process of its own, because the networks do not fit in
 *     memory together
 */
record PeerSubject(String name, NetworkDefinition network, List<Integer> batches, boolean isLarge) {
  private static final long SEED = 20_260_101;
  private static final List<Integer> BATCHES = List.of(1, 8);

  /** The input of unCLIP's networks with a 1 for each token that is present. */
  private static final String PRESENT = "present";

  private static Stream<PeerSubject> all() {
    var karlo = UnclipConfig.karlo();
    int context = karlo.projection().extraTokens() + karlo.text().positions();
    return Stream.of(
        of(DecoderSubject.extraSmall()),
        of(DecoderSubject.small()),
        of(DecoderSubject.medium()),
        large("prior", new PriorTransformer(karlo.prior()), 2),
        large("decoder", DecoderModel.network(karlo.decoder(), context), 2),
        large("upsampler", UpsamplerModel.network(karlo.upsampler()), 1));
  }

  private static PeerSubject of(DecoderSubject decoder) {
    return new PeerSubject(decoder.name(), decoder.network(), BATCHES, false);
  }

  private static PeerSubject large(String name, NetworkDefinition network, int rows) {
    return new PeerSubject(name, network, List.of(rows), true);
  }

  /**
   * Returns the subject with a name.
   *
   * @throws IllegalArgumentException if there is none
   */
  static PeerSubject named(String name) {
    return all()
        .filter(subject -> subject.name.equals(name))
        .findFirst()
        .orElseThrow(
            () ->
                Check.refusal(
                    "networks",
                    name,
                    "one of %s",
                    all().map(PeerSubject::name).collect(Collectors.joining(", "))));
  }

  TensorSource weights() {
    return RandomWeights.of(network, SEED);
  }

  /** Returns the inputs for a batch: noise, and every token present. */
  Batch batch(int rows) {
    var random = new SplittableRandom(rows);
    var batch = new Batch(rows);
    Network.of(network)
        .inputs()
        .forEach(
            (name, input) -> batch.floats(name, values(name, rows * input.sampleSize(), random)));
    return batch;
  }

  private static float[] values(String name, long size, SplittableRandom random) {
    float[] values = Init.normal(1).values(new long[] {size}, random);
    if (name.equals(PRESENT)) {
      Arrays.fill(values, 1);
    }
    return values;
  }

  /** Returns the floating-point operations of convolutions and dense layers for one sample. */
  double flops() {
    return NetworkCost.of(network).flops();
  }
}
