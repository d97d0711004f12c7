package io.diffusion4j.clip;

import io.diffusion4j.nn.Network;
import io.diffusion4j.nn.NetworkDefinition;
import io.diffusion4j.nn.weights.NamedTensors;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/**
 * Weights with OpenAI's keys, presented under transformers' keys: packed projections are split, and
 * the matrices to the joint space are transposed. Each tensor is made when it is read.
 */
final class HuggingFaceTensors implements NamedTensors {
  private static final String PACKED = "attn.in_proj_";

  private final NamedTensors openAi;
  private final Map<String, Origin> origins = new LinkedHashMap<>();
  private final Map<String, long[]> shapes = new LinkedHashMap<>();

  /** The source tensor of a parameter, and the conversion. */
  private record Origin(String key, How how) {}

  private enum How {
    WHOLE,
    TRANSPOSED,
    FIRST_THIRD,
    SECOND_THIRD,
    LAST_THIRD
  }

  /**
   * All parameters of a network.
   *
   * @param network the network with transformers' keys
   * @param openAi its weights under OpenAI's
   */
  HuggingFaceTensors(NetworkDefinition network, NamedTensors openAi) {
    this.openAi = openAi;
    Network.of(network)
        .parameters()
        .forEach(
            (key, parameter) -> {
              origins.put(key, origin(key));
              shapes.put(key, parameter.shape());
            });
  }

  private static Origin origin(String key) {
    var own = ClipKeys.HUGGING_FACE;
    var other = ClipKeys.OPENAI;
    if (key.equals(own.text.projection() + ".weight")) {
      return new Origin(other.text.projection(), How.TRANSPOSED);
    }
    if (key.equals(own.vision.projection() + ".weight")) {
      return new Origin(other.vision.projection(), How.TRANSPOSED);
    }
    String blocks = own.blocks.blocks + ".";
    for (boolean text : new boolean[] {true, false}) {
      String before = text ? own.text.transformer() : own.vision.transformer();
      String after = text ? other.text.transformer() : other.vision.transformer();
      if (key.startsWith(before + "." + blocks)) {
        String[] parts = key.substring((before + "." + blocks).length()).split("\\.", 2);
        return inBlock(after + "." + other.blocks.blocks + "." + parts[0] + ".", parts[1]);
      }
    }
    return new Origin(outside(key, own, other), How.WHOLE);
  }

  private static Origin inBlock(String block, String key) {
    var own = BlockKeys.HUGGING_FACE;
    var other = BlockKeys.OPENAI;
    String kind = key.substring(key.lastIndexOf('.') + 1);
    String layer = key.substring(0, key.lastIndexOf('.'));
    var third =
        switch (layer) {
          case "self_attn.q_proj" -> How.FIRST_THIRD;
          case "self_attn.k_proj" -> How.SECOND_THIRD;
          case "self_attn.v_proj" -> How.LAST_THIRD;
          default -> How.WHOLE;
        };
    if (third != How.WHOLE) {
      return new Origin(block + PACKED + kind, third);
    }
    Map<String, String> layers =
        Map.of(
            own.norm1, other.norm1,
            own.out, other.out,
            own.norm2, other.norm2,
            own.widen, other.widen,
            own.narrow, other.narrow);
    return new Origin(
        block + Objects.requireNonNull(layers.get(layer), layer) + "." + kind, How.WHOLE);
  }

  private static String outside(String key, ClipKeys own, ClipKeys other) {
    Map<String, String> places =
        Map.of(
            own.text.tokens(), other.text.tokens(),
            own.text.positions(), other.text.positions(),
            own.text.norm(), other.text.norm(),
            own.vision.patches(), other.vision.patches(),
            own.vision.classToken(), other.vision.classToken(),
            own.vision.positions(), other.vision.positions(),
            own.vision.preNorm(), other.vision.preNorm(),
            own.vision.postNorm(), other.vision.postNorm());
    return places.entrySet().stream()
        .filter(e -> key.equals(e.getKey()) || key.startsWith(e.getKey() + "."))
        .map(e -> e.getValue() + key.substring(e.getKey().length()))
        .findFirst()
        .orElse(key);
  }

  @Override
  public String origin() {
    return openAi.origin();
  }

  @Override
  public Set<String> names() {
    return origins.keySet();
  }

  @Override
  public long[] shape(String name) {
    return Objects.requireNonNull(shapes.get(name), name).clone();
  }

  @Override
  public float[] read(String name) {
    var origin = Objects.requireNonNull(origins.get(name), name);
    float[] values = openAi.read(origin.key);
    int third = values.length / 3;
    return switch (origin.how) {
      case WHOLE -> values;
      case TRANSPOSED -> transposed(values, openAi.shape(origin.key));
      case FIRST_THIRD -> Arrays.copyOfRange(values, 0, third);
      case SECOND_THIRD -> Arrays.copyOfRange(values, third, 2 * third);
      case LAST_THIRD -> Arrays.copyOfRange(values, 2 * third, values.length);
    };
  }

  private static float[] transposed(float[] values, long[] shape) {
    int rows = Math.toIntExact(shape[0]);
    int columns = Math.toIntExact(shape[1]);
    float[] result = new float[values.length];
    for (int r = 0; r < rows; r++) {
      for (int c = 0; c < columns; c++) {
        result[c * rows + r] = values[r * columns + c];
      }
    }
    return result;
  }
}
