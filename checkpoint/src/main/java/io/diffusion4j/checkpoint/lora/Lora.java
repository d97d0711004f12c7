package io.diffusion4j.checkpoint.lora;

import io.diffusion4j.checkpoint.Checkpoint;
import io.diffusion4j.checkpoint.CheckpointException;
import io.diffusion4j.checkpoint.ComponentConfig;
import io.diffusion4j.checkpoint.TensorSource;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A file of low-rank updates: for a linear layer W, of width out × in, W + s·B·A, with A of rank ×
 * in and B of out × rank (Hu et al. 2021, eq. 3).
 *
 * <p>It reads the layouts of diffusers' attention processors ({@code processor.to_q_lora.down}), of
 * peft ({@code lora_A}, {@code lora_B}, with {@code lora_adapter_metadata} or an {@code
 * adapter_config.json}) and of trainers that write {@code lora.down} and {@code alpha}; prefixes
 * that name the network are removed. s is α/rank, α/√rank with {@code use_rslora}, and 1 where the
 * file has no α.
 */
public final class Lora implements AutoCloseable {
  private static final String[] NAMES = {"pytorch_lora_weights", "adapter_model"};
  private static final String ADAPTER_CONFIG = "adapter_config.json";
  private static final String METADATA = "lora_adapter_metadata";
  private static final Pattern PREFIX =
      Pattern.compile("^(base_model\\.model\\.|unet\\.|prior\\.|text_encoder\\.)+");
  private static final Pattern PROCESSOR =
      Pattern.compile("(?:(.+)\\.)?processor\\.(\\w+)_lora\\.(down|up)\\.weight");
  private static final Pattern OTHER =
      Pattern.compile("(.+)\\.(?:lora_(A|B)(?:\\.\\w+)?|lora\\.(down|up))\\.weight");
  private static final Pattern ALPHA = Pattern.compile("(.+)\\.alpha");

  private final Path path;
  private final Checkpoint file;
  private final Map<String, Update> updates;

  /**
   * The update of one layer.
   *
   * @param a the key of A, of rank × in
   * @param b the key of B, of out × rank
   * @param factor s
   */
  record Update(String a, String b, double factor) {}

  private Lora(Path path, Checkpoint file) {
    this.path = path;
    this.file = file;
    this.updates = updates();
  }

  private Lora(Path path, Checkpoint file, Map<String, Update> updates) {
    this.path = path;
    this.file = file;
    this.updates = updates;
  }

  /**
   * Opens a file, or a folder with {@code pytorch_lora_weights} or {@code adapter_model}.
   *
   * @throws CheckpointException if it has other tensors, or updates of a layer that is not linear
   */
  public static Lora open(Path folderOrFile) {
    var file = Checkpoint.open(folderOrFile, NAMES);
    try {
      return new Lora(folderOrFile, file);
    } catch (RuntimeException e) {
      file.close();
      throw e;
    }
  }

  /** Returns the file or folder. */
  public Path path() {
    return path;
  }

  /**
   * Returns the files that the updates depend on: the tensors' file, and peft's settings beside it
   * if they are used.
   */
  public List<Path> files() {
    Path config = file.path().resolveSibling(ADAPTER_CONFIG);
    return !file.metadata().containsKey(METADATA) && Files.isRegularFile(config)
        ? List.of(file.path(), config)
        : List.of(file.path());
  }

  /**
   * Returns the updates of these layers only, of the same open file; closing either closes both.
   */
  Lora only(Set<String> layers) {
    var some = new TreeMap<>(updates);
    some.keySet().retainAll(layers);
    return new Lora(path, file, some);
  }

  /** Returns the updated layers, such as {@code down_blocks.1.attentions.0.to_q}. */
  public List<String> layers() {
    return List.copyOf(updates.keySet());
  }

  /** Whether a network has all updated layers. */
  public boolean fits(TensorSource network) {
    return updates.keySet().stream().allMatch(layer -> network.contains(layer + ".weight"));
  }

  @Nullable Update update(String layer) {
    return updates.get(layer);
  }

  TensorSource tensors() {
    return file;
  }

  private Map<String, Update> updates() {
    var downs = new TreeMap<String, String>();
    var ups = new TreeMap<String, String>();
    var alphas = new TreeMap<String, Double>();
    var others = new ArrayList<String>();
    for (String name : file.names()) {
      String bare = PREFIX.matcher(name).replaceFirst("");
      Matcher processor = PROCESSOR.matcher(bare);
      Matcher other = OTHER.matcher(bare);
      Matcher alpha = ALPHA.matcher(bare);
      if (processor.matches()) {
        String projection = processor.group(2).equals("to_out") ? "to_out.0" : processor.group(2);
        String layer =
            processor.group(1) == null ? projection : processor.group(1) + "." + projection;
        put(processor.group(3).equals("down") ? downs : ups, layer, name);
      } else if (other.matches()) {
        boolean down = "A".equals(other.group(2)) || "down".equals(other.group(3));
        put(down ? downs : ups, other.group(1), name);
      } else if (alpha.matches() && file.info(name).size() == 1) {
        alphas.put(alpha.group(1), file.readDoubles(name)[0]);
      } else {
        others.add(name);
      }
    }
    if (!others.isEmpty()) {
      throw new CheckpointException(path, "tensors that are no low-rank update", others);
    }
    Scale scale = scale();
    var updates = new TreeMap<String, Update>();
    downs.forEach(
        (layer, down) -> {
          String up = ups.remove(layer);
          if (up == null) {
            throw new CheckpointException(path, layer + ": no up (expected: down and up)");
          }
          double rank = rank(layer, down, up);
          double factor =
              Optional.ofNullable(alphas.remove(layer))
                  .map(alpha -> alpha / rank)
                  .orElseGet(() -> scale.factor(layer, rank));
          updates.put(layer, new Update(down, up, factor));
        });
    if (!ups.isEmpty() || !alphas.isEmpty() || updates.isEmpty()) {
      String layer =
          !ups.isEmpty() ? ups.firstKey() : alphas.isEmpty() ? "layers" : alphas.firstKey();
      throw new CheckpointException(path, layer + ": no down (expected: down and up)");
    }
    return updates;
  }

  private void put(Map<String, String> names, String layer, String name) {
    if (names.putIfAbsent(layer, name) != null) {
      throw new CheckpointException(
          path, layer + ": twice, " + names.get(layer) + " and " + name + " (expected: once)");
    }
  }

  /** The shapes are checked against each other here, and against the layer when they are merged. */
  private long rank(String layer, String down, String up) {
    long[] a = file.info(down).shape();
    long[] b = file.info(up).shape();
    if (a.length != 2 || b.length != 2 || a[0] != b[1] || a[0] < 1) {
      throw new CheckpointException(
          path,
          "%s: %s and %s (expected: rank × in and out × rank)"
              .formatted(layer, file.info(down), file.info(up)));
    }
    return a[0];
  }

  /** peft's settings for all layers. */
  private record Scale(Optional<Double> alpha, Map<String, Double> alphas, boolean rootOfRank) {
    /** A pattern is a layer's name, or the end of one. */
    double factor(String layer, double rank) {
      Optional<Double> own =
          alphas.entrySet().stream()
              .filter(e -> layer.equals(e.getKey()) || layer.endsWith("." + e.getKey()))
              .map(Map.Entry::getValue)
              .findFirst();
      return own.or(() -> alpha)
          .map(value -> value / (rootOfRank ? Math.sqrt(rank) : rank))
          .orElse(1.0);
    }
  }

  private Scale scale() {
    String notes = file.metadata().get(METADATA);
    Path config = file.path().resolveSibling(ADAPTER_CONFIG);
    if (notes != null) {
      var c = ComponentConfig.parse(path, notes);
      String prefix = c.has("unet.lora_alpha") ? "unet." : "";
      return scale(c, name -> prefix + name);
    }
    return Files.isRegularFile(config)
        ? scale(ComponentConfig.read(config), name -> name)
        : new Scale(Optional.empty(), Map.of(), false);
  }

  private static Scale scale(ComponentConfig c, UnaryOperator<String> key) {
    c.supports(key.apply("use_dora"), false)
        .supports(key.apply("fan_in_fan_out"), false)
        .supports(key.apply("lora_bias"), false);
    var alphas = new TreeMap<String, Double>();
    String patterns = key.apply("alpha_pattern");
    if (c.has(patterns)) {
      var pattern = c.object(patterns);
      for (String path : pattern.unknown()) {
        String name = path.substring(patterns.length() + 1);
        alphas.put(name, pattern.doubleValue(name));
      }
    }
    return new Scale(
        c.has(key.apply("lora_alpha"))
            ? Optional.of(c.doubleValue(key.apply("lora_alpha")))
            : Optional.empty(),
        alphas,
        c.booleanValue(key.apply("use_rslora"), false));
  }

  @Override
  public void close() {
    file.close();
  }
}
