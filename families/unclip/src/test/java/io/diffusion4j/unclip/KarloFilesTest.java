package io.diffusion4j.unclip;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.diffusion4j.checkpoint.Checkpoint;
import io.diffusion4j.checkpoint.DType;
import io.diffusion4j.checkpoint.ModelFolder;
import io.diffusion4j.checkpoint.SafetensorsWriter;
import io.diffusion4j.clip.ClipNetwork;
import io.diffusion4j.clip.ClipTextNetwork;
import io.diffusion4j.clip.ClipVisionNetwork;
import io.diffusion4j.clip.OpenAiClip;
import io.diffusion4j.clip.token.ClipTokenizer;
import io.diffusion4j.clip.token.EnumeratedVocabulary;
import io.diffusion4j.clip.token.TextNormalization;
import io.diffusion4j.clip.token.TokenizerConfig;
import io.diffusion4j.nn.RandomWeights;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class KarloFilesTest {
  private static final UnclipConfig SMALL = UnclipConfig.small();
  private static final long ONE_FILE = 1L << 40;

  @TempDir private Path folder = Path.of("");

  @ParameterizedTest
  @CsvSource({
    "conv_in.weight, input_blocks.0.0.weight",
    "time_embedding.linear_2.bias, time_embed.2.bias",
    "down_blocks.0.resnets.2.norm1.weight, input_blocks.3.0.in_layers.0.weight",
    "down_blocks.0.downsamplers.0.conv2.bias, input_blocks.4.0.out_layers.3.bias",
    "down_blocks.1.resnets.2.time_emb_proj.weight, input_blocks.7.0.emb_layers.1.weight",
    "down_blocks.3.attentions.0.to_q.weight, input_blocks.13.1.qkv.weight",
    "down_blocks.3.attentions.0.add_v_proj.bias, input_blocks.13.1.encoder_kv.bias",
    "mid_block.attentions.0.to_out.0.weight, middle_block.1.proj_out.weight",
    "mid_block.resnets.1.conv1.weight, middle_block.2.in_layers.2.weight",
    "up_blocks.0.attentions.3.group_norm.weight, output_blocks.3.1.norm.weight",
    "up_blocks.0.upsamplers.0.norm2.bias, output_blocks.3.2.out_layers.0.bias",
    "up_blocks.3.resnets.3.conv_shortcut.weight, output_blocks.15.0.skip_connection.weight",
    "conv_out.bias, out.2.bias"
  })
  void keysOfTheDecoderAreThoseOfItsPublishedSize(String diffusers, String karlo) {
    assertThat(KarloKeys.unet(diffusers, UnclipConfig.karlo().decoder())).isEqualTo(karlo);
  }

  @ParameterizedTest
  @CsvSource({
    "proj_in.weight, clip_img_proj.weight",
    "prd_embedding, prd_emb",
    "transformer_blocks.7.attn1.to_k.bias, transformer.resblocks.7.attn.c_qkv.bias",
    "transformer_blocks.7.attn1.to_out.0.weight, transformer.resblocks.7.attn.c_proj.weight",
    "transformer_blocks.7.ff.net.0.proj.weight, transformer.resblocks.7.mlp.c_fc.weight",
    "transformer_blocks.7.norm3.bias, transformer.resblocks.7.ln_2.bias"
  })
  void keysOfThePriorAreKarlos(String diffusers, String karlo) {
    assertThat(KarloKeys.prior(diffusers)).isEqualTo(karlo);
  }

  /** Packed as Karlo packs them, the tensors come out as they were. */
  @Test
  void whatWasPackedIsUnpackedIntoAPipelineThatOpens() throws IOException {
    Path published = folder.resolve("published");
    new RandomPipeline(SMALL).write(published, DType.F32, 3, component -> {});
    List<Path> files =
        List.of(
            clip(),
            packed("prior", KarloKeys::prior, 64, "model.", published, UnclipFolder.PRIOR),
            decoder(published),
            upsamplers(published),
            statistics(published));
    Path vocabulary = folder.resolve("vocabulary");
    tokenizer().save(vocabulary);
    Path output = folder.resolve("output");
    new KarloFiles(SMALL).convert(files, vocabulary, output, Optional.empty(), ONE_FILE);
    assertThat(new UnclipFamily().inspect(output).allFailures()).isEmpty();
    for (String component :
        List.of(
            UnclipFolder.PRIOR,
            UnclipFolder.TEXT_PROJ,
            UnclipFolder.DECODER,
            UnclipFolder.SUPER_RES_FIRST,
            UnclipFolder.SUPER_RES_LAST)) {
      try (var before = ModelFolder.open(published).checkpoint(component);
          var after = ModelFolder.open(output).checkpoint(component)) {
        assertThat(after.names()).as(component).hasSameElementsAs(before.names());
        for (String name : before.names()) {
          assertThat(after.raw(name)).as("%s %s", component, name).isEqualTo(before.raw(name));
        }
      }
    }
    assertThatThrownBy(
            () ->
                new KarloFiles(SMALL)
                    .convert(files.subList(0, 4), vocabulary, output, Optional.empty(), ONE_FILE))
        .hasMessageContaining("(expected: one with 1, for the STATISTICS)");
  }

  private static ClipTokenizer tokenizer() {
    return new ClipTokenizer(
        EnumeratedVocabulary.ofSize(SMALL.text().vocabulary()),
        TokenizerConfig.karlo().withMaxLength(SMALL.text().positions()),
        TextNormalization.HUGGING_FACE);
  }

  private Path clip() throws IOException {
    var text = SMALL.text();
    var vision = SMALL.vision();
    var network =
        new ClipNetwork(
            new ClipTextNetwork(
                text.transformer(), text.vocabulary(), text.positions(), text.embeddingDim()),
            new ClipVisionNetwork(
                vision.transformer(), vision.imageSize(), vision.patch(), vision.embeddingDim()));
    Path clip = Files.createDirectories(folder.resolve("clip"));
    OpenAiClip.write(clip, network, RandomWeights.of(network, 1), Map.of());
    return clip.resolve("model.safetensors");
  }

  private Path decoder(Path published) {
    Map<String, float[]> values = new TreeMap<>();
    Map<String, long[]> shapes = new LinkedHashMap<>();
    pack(
        published,
        UnclipFolder.DECODER,
        key -> "model." + KarloKeys.unet(key, SMALL.decoder()),
        SMALL.decoder().heads().width(),
        values,
        shapes);
    pack(
        published,
        UnclipFolder.TEXT_PROJ,
        key -> "model." + KarloKeys.projection(key),
        1,
        values,
        shapes);
    return write("decoder", values, shapes);
  }

  private Path upsamplers(Path published) {
    Map<String, float[]> values = new TreeMap<>();
    Map<String, long[]> shapes = new LinkedHashMap<>();
    UnaryOperator<String> own = key -> KarloKeys.unet(key, SMALL.upsampler());
    pack(
        published,
        UnclipFolder.SUPER_RES_FIRST,
        key -> "model_first_steps." + own.apply(key),
        1,
        values,
        shapes);
    pack(
        published,
        UnclipFolder.SUPER_RES_LAST,
        key -> "model_last_step." + own.apply(key),
        1,
        values,
        shapes);
    return write("upsamplers", values, shapes);
  }

  private Path statistics(Path published) {
    try (var prior = ModelFolder.open(published).checkpoint(UnclipFolder.PRIOR)) {
      float[] mean = prior.read("clip_mean");
      float[] std = prior.read("clip_std");
      long[] shape = {mean.length};
      return write(
          "statistics", new TreeMap<>(Map.of("0", mean, "1", std)), Map.of("0", shape, "1", shape));
    }
  }

  private Path packed(
      String name,
      UnaryOperator<String> key,
      int headDim,
      String prefix,
      Path published,
      String component) {
    Map<String, float[]> values = new TreeMap<>();
    Map<String, long[]> shapes = new LinkedHashMap<>();
    pack(published, component, k -> prefix + key.apply(k), headDim, values, shapes);
    return write(name, values, shapes);
  }

  private Path write(String name, Map<String, float[]> values, Map<String, long[]> shapes) {
    Path file = folder.resolve(name + ".safetensors");
    var writer = new SafetensorsWriter();
    values.forEach(
        (key, all) ->
            writer.floats(
                key, DType.F32, shapes.getOrDefault(key, new long[] {all.length}), () -> all));
    writer.write(file);
    return file;
  }

  /** Heads one after the other, of each its parts; matrices of attention are kernels of width 1. */
  private static void pack(
      Path published,
      String component,
      UnaryOperator<String> key,
      int headDim,
      Map<String, float[]> values,
      Map<String, long[]> shapes) {
    var attention = Pattern.compile(".*\\.(?:to_([qkv])|add_([kv])_proj)\\..*");
    try (Checkpoint from = ModelFolder.open(published).checkpoint(component)) {
      for (String name : from.names()) {
        float[] own = from.read(name);
        long[] shape = from.info(name).shape();
        if (name.startsWith("clip_mean") || name.startsWith("clip_std")) {
          continue;
        }
        var part = attention.matcher(name);
        if (!part.matches()) {
          boolean kernel = name.contains("attentions") && name.endsWith("to_out.0.weight");
          shapes.put(key.apply(name), kernel ? new long[] {shape[0], shape[1], 1} : shape);
          values.put(key.apply(name), own);
          continue;
        }
        int parts = part.group(1) != null ? 3 : 2;
        int which =
            part.group(1) != null ? "qkv".indexOf(part.group(1)) : "kv".indexOf(part.group(2));
        float[] all =
            values.computeIfAbsent(key.apply(name), packed -> new float[parts * own.length]);
        long[] packed = shape.length == 1 ? shape.clone() : new long[] {shape[0], shape[1], 1};
        packed[0] *= parts;
        shapes.put(key.apply(name), packed);
        int block = own.length / (int) shape[0] * headDim;
        for (int head = 0; head < shape[0] / headDim; head++) {
          System.arraycopy(own, head * block, all, (head * parts + which) * block, block);
        }
      }
    }
    assertThat(Arrays.asList(values.size(), shapes.size())).doesNotContain(0);
  }
}
