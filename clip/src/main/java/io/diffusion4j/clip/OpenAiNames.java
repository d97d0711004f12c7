package io.diffusion4j.clip;

import io.diffusion4j.checkpoint.TensorMap;
import io.diffusion4j.checkpoint.TensorSource;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The names of OpenAI's CLIP and of open_clip, beside transformers'. In OpenAI's files the queries,
 * keys and values of a block are packed in this order, and the two matrices to the joint space are
 * transposed.
 */
final class OpenAiNames {
  /** The blocks of the text tower. */
  static final String TEXT = "transformer.resblocks.";

  /** The blocks of the image tower. */
  static final String VISION = "visual.transformer.resblocks.";

  private static final String TEXT_LAYERS = "text_model.encoder.layers.";
  private static final String VISION_LAYERS = "vision_model.encoder.layers.";
  private static final String PACKED = "attn.in_proj_";
  private static final List<String> THIRDS = List.of("q_proj", "k_proj", "v_proj");

  /** Layers with a weight and a bias, by OpenAI's name. */
  private static final Map<String, String> IN_BLOCK =
      Map.of(
          "ln_1", "layer_norm1",
          "attn.out_proj", "self_attn.out_proj",
          "ln_2", "layer_norm2",
          "mlp.c_fc", "mlp.fc1",
          "mlp.c_proj", "mlp.fc2");

  /** Whole tensors outside the blocks, by OpenAI's name. */
  private static final Map<String, String> OUTSIDE =
      Map.ofEntries(
          Map.entry("token_embedding.weight", "text_model.embeddings.token_embedding.weight"),
          Map.entry("positional_embedding", "text_model.embeddings.position_embedding.weight"),
          Map.entry("ln_final.weight", "text_model.final_layer_norm.weight"),
          Map.entry("ln_final.bias", "text_model.final_layer_norm.bias"),
          Map.entry("visual.conv1.weight", "vision_model.embeddings.patch_embedding.weight"),
          Map.entry("visual.class_embedding", "vision_model.embeddings.class_embedding"),
          Map.entry(
              "visual.positional_embedding", "vision_model.embeddings.position_embedding.weight"),
          Map.entry("visual.ln_pre.weight", "vision_model.pre_layrnorm.weight"), // spelled so
          Map.entry("visual.ln_pre.bias", "vision_model.pre_layrnorm.bias"),
          Map.entry("visual.ln_post.weight", "vision_model.post_layernorm.weight"),
          Map.entry("visual.ln_post.bias", "vision_model.post_layernorm.bias"));

  private static final Map<String, String> TRANSPOSED =
      Map.of(
          "text_projection", "text_projection.weight", "visual.proj", "visual_projection.weight");

  private enum How {
    WHOLE,
    TRANSPOSED,
    PACKED
  }

  /** A tensor of OpenAI's, and transformers' names of it or of its thirds. */
  private record Rule(String openAi, List<String> transformers, How how) {}

  private OpenAiNames() {}

  private static List<Rule> rules(int textLayers, int imageLayers) {
    List<Rule> rules = new ArrayList<>();
    OUTSIDE.forEach((theirs, ours) -> rules.add(new Rule(theirs, List.of(ours), How.WHOLE)));
    TRANSPOSED.forEach(
        (theirs, ours) -> rules.add(new Rule(theirs, List.of(ours), How.TRANSPOSED)));
    addBlocks(rules, TEXT, TEXT_LAYERS, textLayers);
    addBlocks(rules, VISION, VISION_LAYERS, imageLayers);
    return rules;
  }

  private static void addBlocks(List<Rule> rules, String openAi, String transformers, int layers) {
    for (int layer = 0; layer < layers; layer++) {
      String theirs = openAi + layer + ".";
      String ours = transformers + layer + ".";
      for (String kind : List.of("weight", "bias")) {
        IN_BLOCK.forEach(
            (from, to) ->
                rules.add(
                    new Rule(
                        theirs + from + "." + kind, List.of(ours + to + "." + kind), How.WHOLE)));
        List<String> thirds =
            THIRDS.stream().map(third -> ours + "self_attn." + third + "." + kind).toList();
        rules.add(new Rule(theirs + PACKED + kind, thirds, How.PACKED));
      }
    }
  }

  /** Returns the number of blocks of a transformer with OpenAI's names. */
  static int layers(TensorSource openAi, String blocks) {
    return count(openAi, blocks, ".ln_1.weight");
  }

  private static int count(TensorSource tensors, String before, String after) {
    int count = 0;
    while (tensors.contains(before + count + after)) {
      count++;
    }
    return count;
  }

  /**
   * Returns the tensors under transformers' names. A tensor of another name, or one that cannot be
   * converted, keeps its name, so that loading reports it.
   */
  static TensorMap toTransformers(TensorSource openAi) {
    var view = new TensorMap(Path.of(openAi.origin()), Map.of("format", "pt"));
    Set<String> left = new LinkedHashSet<>(openAi.names());
    for (Rule rule : rules(layers(openAi, TEXT), layers(openAi, VISION))) {
      if (openAi.contains(rule.openAi) && isConvertible(openAi.shape(rule.openAi), rule.how)) {
        left.remove(rule.openAi);
        add(view, rule, openAi);
      }
    }
    left.forEach(name -> view.as(name, openAi, name));
    return view;
  }

  private static boolean isConvertible(long[] shape, How how) {
    return switch (how) {
      case WHOLE -> true;
      case TRANSPOSED -> shape.length == 2;
      case PACKED ->
          shape.length >= 1 && shape.length <= 2 && shape[0] > 0 && shape[0] % THIRDS.size() == 0;
    };
  }

  private static void add(TensorMap view, Rule rule, TensorSource openAi) {
    switch (rule.how) {
      case WHOLE -> view.as(rule.transformers.get(0), openAi, rule.openAi);
      case TRANSPOSED -> view.transposed(rule.transformers.get(0), openAi, rule.openAi);
      case PACKED -> {
        int rows = Math.toIntExact(openAi.shape(rule.openAi)[0] / THIRDS.size());
        for (int third = 0; third < THIRDS.size(); third++) {
          view.rows(rule.transformers.get(third), openAi, rule.openAi, rows, third);
        }
      }
    }
  }

  /** Returns tensors with transformers' names under OpenAI's; other tensors keep their names. */
  static TensorMap toOpenAi(TensorSource ours) {
    var view = new TensorMap(Path.of(ours.origin()), ours.metadata());
    Set<String> left = new LinkedHashSet<>(ours.names());
    String first = ".layer_norm1.weight";
    int texts = count(ours, TEXT_LAYERS, first);
    for (Rule rule : rules(texts, count(ours, VISION_LAYERS, first))) {
      String name = rule.transformers.get(0);
      if (left.containsAll(rule.transformers)) {
        rule.transformers.forEach(left::remove);
        switch (rule.how) {
          case WHOLE -> view.as(rule.openAi, ours, name);
          case TRANSPOSED -> view.transposed(rule.openAi, ours, name);
          case PACKED -> {
            long[] shape = ours.shape(name);
            shape[0] *= THIRDS.size();
            view.put(rule.openAi, shape, () -> joined(ours, rule.transformers));
          }
        }
      }
    }
    left.forEach(name -> view.as(name, ours, name));
    return view;
  }

  private static float[] joined(TensorSource tensors, List<String> names) {
    float[] first = tensors.read(names.get(0));
    float[] all = Arrays.copyOf(first, first.length * names.size());
    for (int i = 1; i < names.size(); i++) {
      System.arraycopy(tensors.read(names.get(i)), 0, all, i * first.length, first.length);
    }
    return all;
  }
}
