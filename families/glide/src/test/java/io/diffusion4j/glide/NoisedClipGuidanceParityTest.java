package io.diffusion4j.glide;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.diffusion4j.clip.noised.NoisedClip;
import io.diffusion4j.clip.token.ClipTokenizer;
import io.diffusion4j.clip.token.Gpt2Tokenizer;
import io.diffusion4j.clip.token.TextNormalization;
import io.diffusion4j.clip.token.TokenizerConfig;
import io.diffusion4j.clip.token.Tokens;
import io.diffusion4j.clip.token.Vocabulary;
import io.diffusion4j.diffusion.guidance.GradientGuidance;
import io.diffusion4j.diffusion.guidance.GradientGuidedDenoiser;
import io.diffusion4j.diffusion.loss.VarianceType;
import io.diffusion4j.diffusion.sampling.Sampler;
import io.diffusion4j.diffusion.schedule.CosineSchedule;
import io.diffusion4j.diffusion.schedule.Timesteps;
import io.diffusion4j.diffusion.solver.DdimSampler;
import io.diffusion4j.diffusion.solver.DdpmSampler;
import io.diffusion4j.golden.GoldenCase;
import io.diffusion4j.golden.GoldenKind;
import io.diffusion4j.golden.GoldenTensors;
import io.diffusion4j.golden.GoldenTest;
import io.diffusion4j.nn.engine.Compute;
import io.diffusion4j.nn.engine.Precision;
import io.diffusion4j.tf.testing.GuidedTrace;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;

/** A noised CLIP guides GLIDE as in OpenAI's notebook, by the mean and by the score. */
class NoisedClipGuidanceParityTest {
  private static final Compute COMPUTE = Compute.of(Precision.FLOAT32);
  private static final ObjectMapper MAPPER = new ObjectMapper();

  @TempDir Path clipFolder = Path.of("");
  @TempDir Path baseFolder = Path.of("");

  @GoldenTest(GoldenKind.NOISED_CLIP_GUIDANCE)
  void everyStepIsGlides(GoldenCase golden) throws IOException {
    var json = golden.json();
    Path towers = golden.file(json.get("clip").asText());
    String words = json.get("base").asText();
    Path base = golden.file("../../" + words.substring(0, words.indexOf(' ')));
    var ofTowers = GoldenTensors.read(towers.resolve("io.safetensors"));
    var ofBase = GoldenTensors.read(base.resolve("io.safetensors"));
    var shape = copyTowers(towers).get("text_encoder");
    int vocabulary = copyBase(base, ofBase.size("in.x", 3));
    var symbols = clip(shape.get("n_bpe_vocab").asInt(), shape.get("max_text_len").asInt());
    try (var model = GlideModel.load(baseFolder, gpt2(vocabulary), COMPUTE);
        var clip = NoisedClip.load(clipFolder, symbols, COMPUTE)) {
      var encoded = model.encodeTokens(tokens(ofBase, "in.mask"));
      var captions = clip.encodeTokens(tokens(ofTowers, "in.lengths"));
      double scale = json.get("grad_scale").asDouble();
      List<GradientGuidance<GlideCondition, float[]>> conditions = new ArrayList<>();
      for (int row = 0; row < captions.size(); row++) {
        conditions.add(
            new GradientGuidance<>(GlideCondition.of(encoded.get(row)), captions.get(row), scale));
      }
      var plan =
          sampler(json.get("sampler").asText())
              .plan(new CosineSchedule(1000), timesteps(json.get("timestep_map")));
      var noise = GoldenTensors.read(golden.file("noise.safetensors"));
      var guided = GradientGuidedDenoiser.byStep(model.denoiser(), clip);
      new GuidedTrace(golden.io()::image, noise::image).assertFollows(guided, conditions, plan);
    }
  }

  private JsonNode copyTowers(Path towers) throws IOException {
    for (String name : List.of("clip_image_enc.safetensors", "clip_text_enc.safetensors")) {
      Files.copy(towers.resolve(name), clipFolder.resolve(name));
    }
    var json = MAPPER.readTree(towers.resolve("case.json").toFile());
    Files.writeString(
        clipFolder.resolve("config.json"),
        "{\"_class_name\": \"NoisedCLIP\", \"image_heads\": %s, \"text_heads\": %s}"
            .formatted(
                json.get("image_encoder").get("n_head"), json.get("text_encoder").get("n_head")));
    return json;
  }

  /** Copies a case as a folder of GLIDE's, and returns the size of its vocabulary. */
  private int copyBase(Path base, int size) throws IOException {
    var json = MAPPER.readTree(base.resolve("case.json").toFile());
    var config = (ObjectNode) json.get("constructor");
    int vocabulary = Integer.parseInt(config.remove("tokenizer").asText().replace("n_vocab=", ""));
    config
        .put("_class_name", "Text2ImUNet")
        .put("n_vocab", vocabulary)
        .put("image_size", size)
        .put("groups", json.get("groups").asInt());
    Files.copy(base.resolve("model.safetensors"), baseFolder.resolve("model.safetensors"));
    Files.writeString(baseFolder.resolve("config.json"), config.toString());
    return vocabulary;
  }

  private static Timesteps timesteps(JsonNode ascending) {
    int last = ascending.size() - 1;
    return Timesteps.of(
        IntStream.rangeClosed(0, last).map(i -> ascending.get(last - i).asInt()).toArray());
  }

  /** Such as {@code ddim_sample with condition_score, eta 0.0}. */
  private static Sampler sampler(String words) {
    int eta = words.indexOf("eta ");
    return eta < 0
        ? new DdpmSampler(VarianceType.LEARNED_RANGE)
        : new DdimSampler(Double.parseDouble(words.substring(eta + "eta ".length())));
  }

  /**
   * Ids and where they end.
   *
   * @param present either how many there are, or for each whether it is there
   */
  private static List<Tokens> tokens(GoldenTensors io, String present) {
    int length = io.size("in.tokens", 1);
    int[] ids = io.ints("in.tokens");
    int[] there = io.ints(present);
    int rows = ids.length / length;
    List<Tokens> tokens = new ArrayList<>();
    for (int row = 0; row < rows; row++) {
      boolean[] mask = new boolean[length];
      for (int i = 0; i < length; i++) {
        mask[i] = there.length == rows ? i < there[row] : there[row * length + i] == 1;
      }
      int[] own = Arrays.copyOfRange(ids, row * length, (row + 1) * length);
      tokens.add(new Tokens(own, mask, Optional.empty()));
    }
    return tokens;
  }

  /** Which symbols they are makes no difference to ids that are given. */
  private static Vocabulary symbols(int size, String... last) {
    return new Vocabulary(
        Stream.concat(
                IntStream.range(0, size - last.length).mapToObj(i -> "<" + i + ">"),
                Arrays.stream(last))
            .toList(),
        List.of());
  }

  private static Gpt2Tokenizer gpt2(int size) {
    return new Gpt2Tokenizer(symbols(size, Vocabulary.END));
  }

  private static ClipTokenizer clip(int size, int length) {
    return new ClipTokenizer(
        symbols(size, Vocabulary.START, Vocabulary.END),
        TokenizerConfig.clip().withMaxLength(length),
        TextNormalization.OPENAI);
  }
}
