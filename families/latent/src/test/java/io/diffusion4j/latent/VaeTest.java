package io.diffusion4j.latent;

import static io.diffusion4j.tf.testing.Golden.assertClose;
import static org.assertj.core.api.Assertions.assertThat;

import io.diffusion4j.checkpoint.Checkpoint;
import io.diffusion4j.decoder.unet.CurrentNames;
import io.diffusion4j.golden.GoldenCase;
import io.diffusion4j.golden.GoldenKind;
import io.diffusion4j.golden.GoldenTensors;
import io.diffusion4j.golden.GoldenTest;
import io.diffusion4j.nn.Batch;
import io.diffusion4j.nn.Network;
import io.diffusion4j.nn.NetworkDefinition;
import io.diffusion4j.nn.engine.Compute;
import io.diffusion4j.nn.engine.Engine;
import io.diffusion4j.nn.engine.Engines;
import io.diffusion4j.nn.engine.Precision;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;

/** The autoencoders answer as diffusers' do, whichever engine runs them. */
class VaeTest {
  private static final double TOLERANCE = 1e-5;

  @GoldenTest(GoldenKind.AUTOENCODER_KL)
  void theEncoderIsAutoencoderKl(GoldenCase golden) {
    var io = golden.io();
    var vae = Vae.read(model(golden));
    for (float[] moments : encoded(golden, vae, io)) {
      int rows = io.size("out.mean", 0);
      float[] expected = joined(io.image("out.mean"), io.image("out.logvar"), vae.latentChannels());
      assertClose(moments, expected, TOLERANCE);
      if (io.has("in.noise")) {
        float[] zeros = new float[moments.length / 2];
        assertClose(sampled(vae, moments, zeros, rows), io.image("out.latents_mode"), TOLERANCE);
        float[] noise = io.image("in.noise");
        assertClose(sampled(vae, moments, noise, rows), io.image("out.latents_sample"), TOLERANCE);
      }
    }
  }

  @GoldenTest(GoldenKind.AUTOENCODER_KL)
  void theDecoderIsAutoencoderKl(GoldenCase golden) {
    var io = golden.io();
    if (io.has("in.latents")) {
      var vae = Vae.read(model(golden));
      assertDecodes(golden, vae, io);
    }
    assertThat(Vae.read(model(golden)).draws()).isTrue();
  }

  @GoldenTest(GoldenKind.AUTOENCODER_TINY)
  void bothHalvesAreAutoencoderTiny(GoldenCase golden) {
    var io = golden.io();
    var vae = Vae.read(model(golden));
    for (float[] latents : encoded(golden, vae, io)) {
      assertClose(latents, io.image("out.encoded"), TOLERANCE);
    }
    assertDecodes(golden, vae, io);
  }

  @GoldenTest(GoldenKind.AUTOENCODER_KL)
  void itsSettingsAreWrittenAsTheyWereRead(GoldenCase golden, @TempDir Path folder) {
    assertIsWrittenAsRead(golden, folder);
  }

  @GoldenTest(GoldenKind.AUTOENCODER_TINY)
  void theTinyOnesSettingsAreWrittenAsTheyWereRead(GoldenCase golden, @TempDir Path folder) {
    assertIsWrittenAsRead(golden, folder);
  }

  private static void assertIsWrittenAsRead(GoldenCase golden, Path folder) {
    var vae = Vae.read(model(golden));
    vae.write(folder);
    assertThat(Vae.read(folder)).isEqualTo(vae);
    try (var weights = Checkpoint.open(model(golden), Checkpoint.DIFFUSERS)) {
      assertThat(vae.manifest().differences(CurrentNames.of(weights)).count()).isZero();
    }
  }

  private static void assertDecodes(GoldenCase golden, Vae vae, GoldenTensors io) {
    float[] latents = mapped(io.image("in.latents"), vae::decoderInput);
    var network = vae.decoder(io.size("in.latents", 2), io.size("in.latents", 3));
    var batch = new Batch(io.size("in.latents", 0)).floats(Vae.LATENT, latents);
    for (float[] decoded : run(golden, "decoder", network, batch)) {
      assertClose(mapped(decoded, vae::pixel), io.image("out.decoded"), TOLERANCE);
    }
  }

  private static List<float[]> encoded(GoldenCase golden, Vae vae, GoldenTensors io) {
    String in = "in.pixel_values";
    var network = vae.encoder(io.size(in, 2), io.size(in, 3));
    float[] pixels = mapped(io.image(in), vae::encoderInput);
    var batch = new Batch(io.size(in, 0)).floats(Vae.PIXELS, pixels);
    return run(golden, "encoder", network, batch);
  }

  private interface Each {
    float of(float value);
  }

  private static float[] mapped(float[] values, Each function) {
    float[] mapped = values.clone();
    for (int i = 0; i < mapped.length; i++) {
      mapped[i] = function.of(mapped[i]);
    }
    return mapped;
  }

  private static float[] sampled(Vae vae, float[] moments, float[] noise, int rows) {
    assertThat(moments.length).isEqualTo(2 * noise.length);
    assertThat(noise.length % rows).isZero();
    return VaeModel.sample(vae, moments, noise);
  }

  private static float[] joined(float[] first, float[] second, int channels) {
    float[] both = new float[2 * first.length];
    for (int i = 0; i < first.length; i++) {
      int place = i / channels * 2 * channels + i % channels;
      both[place] = first[i];
      both[place + channels] = second[i];
    }
    return both;
  }

  private static Path model(GoldenCase golden) {
    return golden.folder().resolve(golden.json().path("model").asText(".")).normalize();
  }

  /** The first output in each engine. */
  private static List<float[]> run(
      GoldenCase golden, String half, NetworkDefinition network, Batch batch) {
    List<float[]> answers = new ArrayList<>();
    try (var checkpoint = Checkpoint.open(model(golden), Checkpoint.DIFFUSERS)) {
      var weights = CurrentNames.of(checkpoint).only(name -> Vae.isOf(half, name));
      for (Engine engine : Engines.all()) {
        if (engine.unavailable(Precision.FLOAT32).isEmpty()) {
          var compute = Compute.of(Precision.FLOAT32);
          try (var compiled = engine.compile(Network.of(network), weights, compute)) {
            answers.add(compiled.run(batch).get(0));
          }
        }
      }
    }
    assertThat(answers).isNotEmpty();
    return answers;
  }
}
