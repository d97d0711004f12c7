package io.diffusion4j.decoder;

import static io.diffusion4j.tf.testing.Golden.assertClose;

import io.diffusion4j.decoder.UnetConfig.TimeConditioning;
import io.diffusion4j.tf.Batch;
import io.diffusion4j.tf.Network;
import io.diffusion4j.tf.TfDenoiser;
import io.diffusion4j.tf.TimeEmbedding;
import io.diffusion4j.tf.nn.Precision;
import io.diffusion4j.tf.testing.Golden;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The networks answer as diffusers' do, with diffusers' weights. */
class UnetParityTest {
  private static final UnetConfig DECODER =
      new UnetConfig(
          16,
          3,
          6,
          List.of(8, 16),
          List.of(false, true),
          true,
          1,
          8,
          40,
          4,
          1e-5,
          TimeConditioning.SCALE_SHIFT);
  private static final UnetConfig UPSAMPLER =
      new UnetConfig(
          32,
          6,
          3,
          List.of(8, 16),
          List.of(false, false),
          false,
          1,
          8,
          0,
          4,
          1e-5,
          TimeConditioning.ADD);

  @Test
  void theDecoderIsUNet2DConditionModelWithin1e5() {
    for (var out : decoder(Precision.FLOAT32)) {
      assertClose(out.get(0), Golden.of("decoder").image("out"), 1e-5);
    }
  }

  @Test
  void theDecoderIsUNet2DConditionModelWithin3e2InBfloat16() {
    for (var out : decoder(Precision.BFLOAT16)) {
      assertClose(out.get(0), Golden.of("decoder").image("out"), 3e-2);
    }
  }

  private static List<List<float[]>> decoder(Precision precision) {
    var golden = Golden.of("decoder");
    var batch =
        new Batch(2)
            .floats(TfDenoiser.SAMPLE, golden.image("in.sample"))
            .floats(TfDenoiser.TIME, times(golden, 8))
            .floats("time_add", golden.floats("in.class_labels"))
            .floats("context", golden.floats("in.encoder_hidden_states"))
            .floats("present", golden.floats("in.attention_mask"));
    Network network =
        (nn, inputs) -> {
          var x = nn.input(inputs.floats(TfDenoiser.SAMPLE, 16, 16, 3));
          var time = nn.input(inputs.floats(TfDenoiser.TIME, 8));
          var add = nn.input(inputs.floats("time_add", 32));
          var context =
              Context.masked(
                  nn.input(inputs.floats("context", 81, 40)), inputs.floats("present", 81));
          return List.of(new Unet(DECODER).forward(nn, x, time, List.of(add), List.of(context)));
        };
    return golden.runInEach(network, batch, precision);
  }

  @Test
  void theUpsamplerIsUNet2DModelWithin1e5() {
    for (var out : upsampler(Precision.FLOAT32)) {
      assertClose(out.get(0), Golden.of("super-res").image("out"), 1e-5);
    }
  }

  @Test
  void theUpsamplerIsUNet2DModelWithin3e2InBfloat16() {
    for (var out : upsampler(Precision.BFLOAT16)) {
      assertClose(out.get(0), Golden.of("super-res").image("out"), 3e-2);
    }
  }

  private static List<List<float[]>> upsampler(Precision precision) {
    var golden = Golden.of("super-res");
    var batch =
        new Batch(2)
            .floats("both", golden.image("in.sample"))
            .floats(TfDenoiser.TIME, times(golden, 8));
    Network network =
        (nn, inputs) ->
            List.of(
                new Unet(UPSAMPLER)
                    .forward(
                        nn,
                        nn.input(inputs.floats("both", 32, 32, 6)),
                        nn.input(inputs.floats(TfDenoiser.TIME, 8)),
                        List.of(),
                        Context.none()));
    return golden.runInEach(network, batch, precision);
  }

  @Test
  void theProjectionIsUnClipTextProjModelWithin1e5() {
    var golden = Golden.of("text-proj");
    var projection = new TextProjection(4, 32, 32, 40);
    float[] image = golden.floats("in.image_embeddings");
    float[] both = new float[2 * image.length]; // the reference puts the unconditional half first
    System.arraycopy(image, 0, both, image.length, image.length);
    var batch =
        new Batch(2)
            .floats("image", both)
            .floats("conditional", new float[] {0, 1})
            .floats("text", golden.floats("in.prompt_embeds"))
            .floats("hidden", golden.floats("in.text_encoder_hidden_states"));
    Network network =
        (nn, inputs) -> {
          var told =
              projection.forward(
                  nn,
                  inputs.floats("image", 32),
                  inputs.floats("conditional", 1),
                  inputs.floats("text", 32),
                  inputs.floats("hidden", 77, 32));
          return List.of(nn.output(told.context()), nn.output(told.timeAdd()));
        };
    var outputs = golden.run(network, batch, Precision.FLOAT32);
    assertClose(outputs.get(0), golden.floats("out.hidden_states"), 1e-5);
    assertClose(outputs.get(1), golden.floats("out.additive_clip_time_embeddings"), 1e-5);
  }

  private static float[] times(Golden golden, int channels) {
    float[] one = TimeEmbedding.sinusoid(golden.floats("in.timestep")[0], channels);
    float[] two = java.util.Arrays.copyOf(one, 2 * channels);
    System.arraycopy(one, 0, two, channels, channels);
    return two;
  }
}
