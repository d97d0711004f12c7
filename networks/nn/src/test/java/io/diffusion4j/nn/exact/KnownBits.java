package io.diffusion4j.nn.exact;

import io.diffusion4j.nn.Network;
import io.diffusion4j.nn.RandomNetwork;
import io.diffusion4j.nn.RandomNetwork.Kind;
import io.diffusion4j.nn.UnsupportedLayerException;
import io.diffusion4j.nn.engine.Compute;
import io.diffusion4j.nn.engine.Precision;
import io.diffusion4j.nn.engine.Threads;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.SplittableRandom;

/** The results of some random networks, as a digest; a program, to be run on any processor. */
public final class KnownBits {
  /** The digest, which no processor, library or number of threads changes. */
  public static final String EVERYWHERE =
      "0ec1962abfdb91ab159f7127f16cd80afaac90280dfaea710190abfac601843f";

  private static final int NETWORKS = 12;

  private KnownBits() {}

  /** Prints the digest. */
  public static void main(String[] args) throws NoSuchAlgorithmException {
    System.out.println(drawn(2));
  }

  /** Runs the networks on a number of threads. */
  public static String drawn(int threads) throws NoSuchAlgorithmException {
    var digest = MessageDigest.getInstance("SHA-256");
    for (long seed = 0; seed < NETWORKS; seed++) {
      var definition = new RandomNetwork(seed, seed == 0 ? Kind.BLOCK : Kind.SMALL);
      var network = Network.of(definition);
      var weights = RandomNetwork.weights(network, seed);
      var samples = definition.samples(network, new SplittableRandom(seed));
      var compute = new Compute("auto", Threads.of(threads), Precision.EXACT);
      try (var compiled = new ExactEngine().compile(network, weights, compute)) {
        for (float[] output : compiled.run(RandomNetwork.batch(network, samples))) {
          var bytes = ByteBuffer.allocate(Float.BYTES * output.length);
          bytes.asFloatBuffer().put(output);
          digest.update(bytes);
        }
      } catch (UnsupportedLayerException e) {
        digest.update(String.valueOf(e.getMessage()).getBytes(StandardCharsets.UTF_8));
      }
    }
    return HexFormat.of().formatHex(digest.digest());
  }
}
