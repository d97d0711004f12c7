package io.diffusion4j.decoder;

import static io.diffusion4j.tf.testing.Golden.assertClose;

import io.diffusion4j.decoder.backbone.Context;
import io.diffusion4j.decoder.unet.Unet;
import io.diffusion4j.golden.GoldenCase;
import io.diffusion4j.golden.GoldenKind;
import io.diffusion4j.golden.GoldenTensors;
import io.diffusion4j.golden.GoldenTest;
import io.diffusion4j.nn.Batch;
import io.diffusion4j.nn.NetworkDefinition;
import io.diffusion4j.nn.Rows;
import io.diffusion4j.nn.TimeEmbedding;
import io.diffusion4j.nn.engine.NetworkDenoiser;
import io.diffusion4j.nn.engine.Precision;
import io.diffusion4j.tf.testing.Golden;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;

/** The networks answer as diffusers' do, with diffusers' weights. */
class UnetParityTest {
  @TempDir Path folder = Path.of("");

  /** A folder with the configuration of a case as a model has it. */
  private Path model(GoldenCase golden, String className) throws IOException {
    var config = golden.config("config").put("_class_name", className);
    Files.writeString(folder.resolve("config.json"), config.toString());
    return folder;
  }

  private static int levels(GoldenCase golden) {
    return golden.config("config").get("down_block_types").size();
  }

  @GoldenTest(GoldenKind.DECODER)
  void theDecoderIsUNet2DConditionModelWithin1e5(GoldenCase golden) throws IOException {
    for (var out : decoder(golden, Precision.FLOAT32)) {
      assertClose(out.get(0), golden.io().image("out"), 1e-5);
    }
  }

  @GoldenTest(GoldenKind.DECODER)
  void theDecoderIsUNet2DConditionModelInBfloat16(GoldenCase golden) throws IOException {
    for (var out : decoder(golden, Precision.BFLOAT16)) {
      assertClose(out.get(0), golden.io().image("out"), Golden.bfloat16(levels(golden)));
    }
  }

  private List<List<float[]>> decoder(GoldenCase golden, Precision precision) throws IOException {
    var config = DecoderFolders.readUnet(model(golden, "UNet2DConditionModel"));
    GoldenTensors io = golden.io();
    int tokens = io.size("in.encoder_hidden_states", 1);
    var batch =
        batch(io, config.timeChannels())
            .floats(NetworkDenoiser.SAMPLE, io.image("in.sample"))
            .floats("time_add", io.floats("in.class_labels"))
            .floats("context", io.floats("in.encoder_hidden_states"))
            .floats("present", io.floats("in.attention_mask"));
    NetworkDefinition network =
        (nn, inputs) -> {
          int size = config.sampleSize();
          var x = nn.input(inputs.floats(NetworkDenoiser.SAMPLE, size, size, config.inChannels()));
          var time = nn.input(inputs.floats(NetworkDenoiser.TIME, config.timeChannels()));
          var add = nn.input(inputs.floats("time_add", config.timeEmbedDim()));
          var context =
              Context.masked(
                  nn.input(inputs.floats("context", tokens, config.contextDim())),
                  inputs.floats("present", tokens));
          return List.of(new Unet(config).forward(nn, x, time, List.of(add), List.of(context)));
        };
    return new Golden(golden.folder()).runInEach(network, batch, precision);
  }

  @GoldenTest(GoldenKind.UPSAMPLER)
  void theUpsamplerIsUNet2DModelWithin1e5(GoldenCase golden) throws IOException {
    for (var out : upsampler(golden, Precision.FLOAT32)) {
      assertClose(out.get(0), golden.io().image("out"), 1e-5);
    }
  }

  @GoldenTest(GoldenKind.UPSAMPLER)
  void theUpsamplerIsUNet2DModelInBfloat16(GoldenCase golden) throws IOException {
    for (var out : upsampler(golden, Precision.BFLOAT16)) {
      assertClose(out.get(0), golden.io().image("out"), Golden.bfloat16(levels(golden)));
    }
  }

  private List<List<float[]>> upsampler(GoldenCase golden, Precision precision) throws IOException {
    var config = DecoderFolders.readUpsampler(model(golden, "UNet2DModel"));
    GoldenTensors io = golden.io();
    var batch = batch(io, config.timeChannels()).floats("both", io.image("in.sample"));
    int size = config.sampleSize();
    NetworkDefinition network =
        (nn, inputs) ->
            List.of(
                new Unet(config)
                    .forward(
                        nn,
                        nn.input(inputs.floats("both", size, size, config.inChannels())),
                        nn.input(inputs.floats(NetworkDenoiser.TIME, config.timeChannels())),
                        List.of(),
                        Context.none()));
    return new Golden(golden.folder()).runInEach(network, batch, precision);
  }

  /** As many rows as there are samples, all at the one timestep of the case. */
  private static Batch batch(GoldenTensors io, int timeChannels) {
    int rows = io.size("in.sample", 0);
    float[] time = TimeEmbedding.sinusoid(io.floats("in.timestep")[0], timeChannels);
    return new Batch(rows)
        .floats(NetworkDenoiser.TIME, Rows.stack(Collections.nCopies(rows, time)));
  }

  @GoldenTest(GoldenKind.TEXT_PROJECTION)
  void theProjectionIsUnClipTextProjModelWithin1e5(GoldenCase golden) throws IOException {
    var projection = DecoderFolders.readProjection(model(golden, "UnCLIPTextProjModel"));
    GoldenTensors io = golden.io();
    int rows = io.size("in.prompt_embeds", 0);
    int dim = io.size("in.prompt_embeds", 1);
    int length = io.size("in.text_encoder_hidden_states", 1);
    float[] image = io.floats("in.image_embeddings");
    float[] all = new float[rows * image.length / io.size("in.image_embeddings", 0)];
    float[] conditional = new float[rows];
    // With guidance the reference puts as many unconditional rows first.
    int unconditional = golden.json().get("do_classifier_free_guidance").asBoolean() ? rows / 2 : 0;
    System.arraycopy(image, 0, all, all.length - image.length, image.length);
    Arrays.fill(conditional, unconditional, rows, 1);
    var batch =
        new Batch(rows)
            .floats("image", all)
            .floats("conditional", conditional)
            .floats("text", io.floats("in.prompt_embeds"))
            .floats("hidden", io.floats("in.text_encoder_hidden_states"));
    NetworkDefinition network =
        (nn, inputs) -> {
          var conditioning =
              projection.forward(
                  nn,
                  inputs.floats("image", dim),
                  inputs.floats("conditional", 1),
                  inputs.floats("text", dim),
                  inputs.floats("hidden", length, dim));
          return List.of(nn.output(conditioning.context()), nn.output(conditioning.timeAdd()));
        };
    var outputs = new Golden(golden.folder()).run(network, batch, Precision.FLOAT32);
    assertClose(outputs.get(0), io.floats("out.hidden_states"), 1e-5);
    assertClose(outputs.get(1), io.floats("out.additive_clip_time_embeddings"), 1e-5);
  }
}
