package io.diffusion4j.kandinsky;

import static io.diffusion4j.tf.testing.Golden.assertClose;
import static org.assertj.core.api.Assertions.assertThat;

import io.diffusion4j.checkpoint.Checkpoint;
import io.diffusion4j.golden.GoldenCase;
import io.diffusion4j.golden.GoldenKind;
import io.diffusion4j.golden.GoldenTensors;
import io.diffusion4j.golden.GoldenTest;
import io.diffusion4j.kandinsky.KandinskyUnet.ConcatConditioning;
import io.diffusion4j.nn.Batch;
import io.diffusion4j.nn.NetworkDefinition;
import io.diffusion4j.nn.Rows;
import io.diffusion4j.nn.TimeEmbedding;
import io.diffusion4j.nn.engine.NetworkDenoiser;
import io.diffusion4j.nn.engine.Precision;
import io.diffusion4j.prior.PriorModel;
import io.diffusion4j.tf.testing.Golden;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Predicate;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The networks answer as diffusers' do, with diffusers' weights, whichever engine runs them. */
class KandinskyNetworksTest {
  private static final double TOLERANCE = 1e-5;

  @GoldenTest(GoldenKind.KANDINSKY_UNET)
  void theUnetIsUNet2DConditionModelWithin1e5(GoldenCase golden) {
    var io = golden.io();
    var network = KandinskyUnet.read(golden.folder());
    int rows = io.size("in.sample", 0);
    var embeddings = new Batch(rows).floats(KandinskyUnet.EMBEDDING, io.floats("in.image_embeds"));
    for (var conditioning :
        run(golden, network.projection(), embeddings, KandinskyUnet::isOfProjection)) {
      assertClose(conditioning.get(0), io.floats("mid.context"), TOLERANCE);
      assertClose(conditioning.get(1), io.floats("mid.time_addition"), TOLERANCE);
    }
    if (network.concat() == ConcatConditioning.HINT) {
      var hints = new Batch(io.size("in.hint", 0)).floats(KandinskyUnet.HINT, io.image("in.hint"));
      var hint = network.hint(io.size("in.sample", 2), io.size("in.sample", 3));
      for (var seen : run(golden, hint, hints, KandinskyUnet::isOfHint)) {
        assertClose(seen.get(0), io.image("mid.hint"), TOLERANCE);
      }
    }
    var denoiser = network.denoiser(io.size("in.sample", 2), io.size("in.sample", 3), true);
    for (var out : run(golden, denoiser, batch(network, io), KandinskyUnet::isOfDenoiser)) {
      assertClose(
          joined(out.get(0), out.get(1), network.latentChannels()), io.image("out"), TOLERANCE);
    }
  }

  @GoldenTest(GoldenKind.KANDINSKY_UNET)
  void theSettingsOfAUnetAreWrittenAsTheyWereRead(GoldenCase golden, @TempDir Path folder) {
    var network = KandinskyUnet.read(golden.folder());
    network.write(folder);
    assertThat(KandinskyUnet.read(folder)).isEqualTo(network);
    try (var weights = Checkpoint.open(golden.folder(), Checkpoint.DIFFUSERS)) {
      assertThat(network.manifest().differences(weights).count()).isZero();
    }
  }

  @GoldenTest(GoldenKind.MOVQ)
  void theSettingsOfMovqAreWrittenAsTheyWereRead(GoldenCase golden, @TempDir Path folder) {
    var movq = Movq.read(golden.folder());
    movq.write(folder);
    assertThat(Movq.read(folder)).isEqualTo(movq);
    try (var weights = Checkpoint.open(golden.folder(), Checkpoint.DIFFUSERS)) {
      assertThat(movq.manifest().differences(weights).count()).isZero();
    }
  }

  /** Every name and every shape. */
  @Test
  void theParametersOfThePublishedSizesAreThePublishedOnes() throws IOException {
    var manifests =
        Map.of(
            "prior", PriorModel.manifest(KandinskyConfig.kandinsky22().prior()),
            "unet", KandinskyUnet.published(ConcatConditioning.NOTHING).manifest(),
            "unet-inpaint", KandinskyUnet.published(ConcatConditioning.KNOWN).manifest(),
            "unet-controlnet", KandinskyUnet.published(ConcatConditioning.HINT).manifest(),
            "movq", Movq.published().manifest());
    for (var entry : manifests.entrySet()) {
      var shapes = new ArrayList<String>();
      entry
          .getValue()
          .shapes()
          .forEach((key, shape) -> shapes.add(key + "\t" + Arrays.toString(shape)));
      assertThat(shapes).containsExactlyInAnyOrderElementsOf(keys(entry.getKey()));
    }
  }

  private static List<String> keys(String network) throws IOException {
    String name = "/keys/kandinsky-2-2-" + network + ".txt.gz";
    try (var file = KandinskyNetworksTest.class.getResourceAsStream(name);
        var reader =
            new BufferedReader(
                new InputStreamReader(
                    new GZIPInputStream(Objects.requireNonNull(file)), StandardCharsets.UTF_8))) {
      return reader.lines().toList();
    }
  }

  private static Batch batch(KandinskyUnet network, GoldenTensors io) {
    int rows = io.size("in.sample", 0);
    int latent = network.latentChannels();
    float[] time =
        TimeEmbedding.sinusoid(io.floats("in.timestep")[0], network.unet().timeChannels());
    float[] input = io.image("in.sample");
    int given = io.size("in.sample", 1);
    var batch =
        new Batch(rows)
            .floats(NetworkDenoiser.SAMPLE, channels(input, given, 0, latent))
            .floats(NetworkDenoiser.TIME, Rows.stack(Collections.nCopies(rows, time)))
            .floats(KandinskyUnet.CONTEXT, io.floats("mid.context"))
            .floats(KandinskyUnet.TIME_ADD, io.floats("mid.time_addition"));
    return switch (network.concat()) {
      case NOTHING -> batch;
      case KNOWN -> batch.floats(KandinskyUnet.CONCAT, channels(input, given, latent, given));
      case HINT -> batch.floats(KandinskyUnet.CONCAT, io.image("mid.hint"));
    };
  }

  private static float[] channels(float[] pixels, int channels, int from, int to) {
    float[] part = new float[pixels.length / channels * (to - from)];
    for (int i = 0; i < part.length; i++) {
      part[i] = pixels[i / (to - from) * channels + from + i % (to - from)];
    }
    return part;
  }

  private static float[] joined(float[] first, float[] second, int channels) {
    float[] both = new float[2 * first.length];
    for (int i = 0; i < first.length; i++) {
      int pixel = i / channels;
      both[2 * channels * pixel + i % channels] = first[i];
      both[2 * channels * pixel + channels + i % channels] = second[i];
    }
    return both;
  }

  @GoldenTest(GoldenKind.MOVQ)
  void movqIsVqModelWithin1e5(GoldenCase golden) {
    var io = golden.io();
    var movq = Movq.read(golden.folder());
    var latents = new Batch(io.size("in.latents", 0)).floats(Movq.LATENT, io.image("in.latents"));
    var decoder = movq.decoder(io.size("in.latents", 2), io.size("in.latents", 3));
    for (var out : run(golden, decoder, latents, Movq::isOfDecoder)) {
      assertClose(out.get(0), io.image("out.decoded"), TOLERANCE);
    }
    var pixels =
        new Batch(io.size("in.pixel_values", 0)).floats(Movq.PIXELS, io.image("in.pixel_values"));
    var encoder = movq.encoder(io.size("out.encoded", 2), io.size("out.encoded", 3));
    for (var out : run(golden, encoder, pixels, Movq::isOfEncoder)) {
      assertClose(out.get(0), io.image("out.encoded"), TOLERANCE);
    }
  }

  private static List<List<float[]>> run(
      GoldenCase golden, NetworkDefinition network, Batch batch, Predicate<String> weights) {
    var results = new Golden(golden.folder()).runInEach(network, batch, Precision.FLOAT32, weights);
    assertThat(results).isNotEmpty();
    return new ArrayList<>(results);
  }
}
