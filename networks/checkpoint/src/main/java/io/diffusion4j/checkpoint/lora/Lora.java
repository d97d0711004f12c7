package io.diffusion4j.checkpoint.lora;

import io.diffusion4j.checkpoint.Checkpoint;
import io.diffusion4j.checkpoint.CheckpointException;
import io.diffusion4j.checkpoint.ComponentConfig;
import io.diffusion4j.checkpoint.TensorSource;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A file of low-rank updates: for a linear layer or convolution W, of out × in, W + s·B·A, with A
 * of rank × in and B of out × rank (Hu et al. 2021, eq. 3).
 *
 * <p>It reads the layouts of diffusers' attention processors ({@code processor.to_q_lora.down}), of
 * peft ({@code lora_A}, {@code lora_B}, with {@code lora_adapter_metadata} or an {@code
 * adapter_config.json}), of trainers that write {@code lora.down} and {@code alpha}, and of kohya's
 * ({@code lora_unet_…_to_q.lora_down}), whose layers may be convolutions. A prefix such as {@code
 * prior.} names the network of a layer; the settings in the notes can have the same prefixes. s is
 * α/rank, α/√rank with {@code use_rslora}, and 1 where the file has no α.
 */
public final class Lora implements AutoCloseable {
  private static final String[] NAMES = {"pytorch_lora_weights", "adapter_model"};
  private static final String ADAPTER_CONFIG = "adapter_config.json";
  private static final String METADATA = "lora_adapter_metadata";
  private static final String PEFT = "(?:base_model\\.model\\.)?";
  private static final List<String> NETWORKS =
      List.of("unet", "decoder", "transformer", "prior", "text_encoder", "super_res_first");
  private static final Pattern KEY =
      Pattern.compile(PEFT + "(?:(" + String.join("|", NETWORKS) + ")\\." + PEFT + ")?(.+)");
  private static final Pattern KOHYA = Pattern.compile("lora_(unet|te1?)_(\\w+\\..+)");

  private static final String DOWN_UP = "\\.(?<half>down|up)\\.weight";

  /** What the names of down, up and α look like, behind that of the network. */
  private static final List<Spelling> SPELLINGS =
      List.of(
          new Spelling("(?:(?<layer>.+)\\.)?processor\\.(?<own>\\w+)_lora", DOWN_UP),
          new Spelling("(?<layer>.+\\.self_attn)\\.(?<own>to_\\w+)_lora", DOWN_UP),
          new Spelling("(?<layer>.+)(?<own>)", "\\.lora_(?<half>A|B)(?:\\.\\w+)?\\.weight"),
          new Spelling("(?<layer>.+)(?<own>)\\.lora(?:_linear_layer)?", DOWN_UP),
          new Spelling("(?<layer>.+)(?<own>)", "\\.lora_(?<half>down|up)\\.weight"),
          new Spelling("(?<layer>.+)(?<own>)", "\\.(?<half>alpha)"));

  /** The layers of attentions under the names of diffusers' processors. */
  private static final Map<String, String> OF_TEXT =
      Map.of("to_q", "q_proj", "to_k", "k_proj", "to_v", "v_proj", "to_out", "out_proj");

  /** A form of keys with the groups layer, own (of an attention, or empty) and half. */
  private record Spelling(Pattern key) {
    Spelling(String layer, String half) {
      this(Pattern.compile(layer + half));
    }

    static String layer(Matcher key) {
      String module = key.group("layer");
      String own = key.group("own");
      if (own.isEmpty()) {
        return module;
      }
      if (module == null) {
        return own.equals("to_out") ? "to_out.0" : own;
      }
      return module
          + "."
          + (module.endsWith(".self_attn")
              ? OF_TEXT.getOrDefault(own, own)
              : own.equals("to_out") ? "to_out.0" : own);
    }
  }

  private final Path path;
  private final Checkpoint file;
  private final SortedMap<Layer, Update> updates;

  /**
   * A layer of one network.
   *
   * @param network the prefix of its keys, such as {@code prior}; empty without one
   */
  record Layer(String network, String name) implements Comparable<Layer> {
    @Override
    public int compareTo(Layer other) {
      return Comparator.comparing(Layer::name).thenComparing(Layer::network).compare(this, other);
    }

    @Override
    public String toString() {
      return network.isEmpty() ? name : network + "." + name;
    }
  }

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
    this.updates = read();
  }

  private Lora(Path path, Checkpoint file, SortedMap<Layer, Update> updates) {
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

  /** Returns the metadata of the file. */
  public Map<String, String> notes() {
    return file.metadata();
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
  Lora only(Set<Layer> layers) {
    var some = new TreeMap<>(updates);
    some.keySet().retainAll(layers);
    return new Lora(path, file, some);
  }

  /** Returns the updated layers, such as {@code down_blocks.1.attentions.0.to_q}. */
  public List<String> layers() {
    return updates.keySet().stream().map(Layer::name).toList();
  }

  /** Returns the updates by their layers and the networks that the file names. */
  SortedMap<Layer, Update> updates() {
    return Collections.unmodifiableSortedMap(updates);
  }

  /** Whether a network has all updated layers. */
  public boolean fits(TensorSource network) {
    var names = new LayerNames(network);
    return updates.keySet().stream().allMatch(layer -> names.of(layer).isPresent());
  }

  /**
   * Returns the updates under the network's names of their layers, of the same open file; those of
   * layers that it has not keep their names.
   *
   * @throws CheckpointException if a layer of the network has updates under several names
   */
  Lora named(LayerNames names) {
    var renamed = new TreeMap<Layer, Update>();
    var downs = new TreeMap<Layer, String>();
    updates.forEach(
        (layer, update) -> {
          var own = new Layer("", names.of(layer).orElse(layer.name()));
          put(downs, own, update.a());
          renamed.put(own, update);
        });
    return new Lora(path, file, renamed);
  }

  /** Returns the update of a layer, whatever the network that the file names. */
  Optional<Update> update(String layer) {
    return updates.tailMap(new Layer("", layer)).entrySet().stream()
        .findFirst()
        .filter(first -> first.getKey().name().equals(layer))
        .map(Map.Entry::getValue);
  }

  /** Returns the name of a layer with the numbers of values that its update reads and returns. */
  String described(Layer layer) {
    Update update = Objects.requireNonNull(updates.get(layer));
    return "%s from %s to %s values"
        .formatted(layer, file.shape(update.a())[1], file.shape(update.b())[0]);
  }

  Checkpoint tensors() {
    return file;
  }

  private SortedMap<Layer, Update> read() {
    var downs = new TreeMap<Layer, String>();
    var ups = new TreeMap<Layer, String>();
    var alphas = new TreeMap<Layer, String>();
    var others = new ArrayList<String>();
    for (String name : file.names()) {
      Matcher kohya = KOHYA.matcher(name);
      Matcher key = KEY.matcher(name);
      boolean flat = kohya.matches();
      if (!flat && !key.matches()) {
        others.add(name);
        continue;
      }
      Optional<String> prefix = Optional.ofNullable((flat ? kohya : key).group(1));
      String network = prefix.map(word -> word.startsWith("te") ? "text_encoder" : word).orElse("");
      Optional<Matcher> spelling =
          SPELLINGS.stream()
              .map(each -> each.key().matcher((flat ? kohya : key).group(2)))
              .filter(Matcher::matches)
              .findFirst();
      String half = spelling.map(found -> found.group("half")).orElse("");
      if (half.isEmpty() || (half.equals("alpha") && file.info(name).size() != 1)) {
        others.add(name);
        continue;
      }
      var layer = new Layer(network, Spelling.layer(spelling.get()));
      put(half.equals("alpha") ? alphas : half.matches("A|down") ? downs : ups, layer, name);
    }
    if (!others.isEmpty()) {
      throw new CheckpointException(
          path,
          "%s of %s tensors are no low-rank update, such as %s"
              .formatted(others.size(), file.names().size(), others.get(0)));
    }
    Map<String, PeftSettings> settings = settings(downs.keySet());
    var updates = new TreeMap<Layer, Update>();
    downs.forEach(
        (layer, down) -> {
          String up = ups.remove(layer);
          if (up == null) {
            throw new CheckpointException(path, layer + ": no up (expected: down and up)");
          }
          double rank = rank(layer, down, up);
          double factor =
              Optional.ofNullable(alphas.remove(layer))
                  .map(alpha -> file.readDoubles(alpha)[0] / rank)
                  .or(
                      () ->
                          Optional.ofNullable(settings.get(layer.network()))
                              .or(() -> Optional.ofNullable(settings.get("")))
                              .map(own -> own.factor(layer.name(), rank)))
                  .orElse(1.0);
          updates.put(layer, new Update(down, up, factor));
        });
    if (!ups.isEmpty() || !alphas.isEmpty() || updates.isEmpty()) {
      Object layer =
          !ups.isEmpty() ? ups.firstKey() : alphas.isEmpty() ? "layers" : alphas.firstKey();
      throw new CheckpointException(path, layer + ": no down (expected: down and up)");
    }
    return updates;
  }

  private void put(Map<Layer, String> names, Layer layer, String name) {
    if (names.putIfAbsent(layer, name) != null) {
      throw new CheckpointException(
          path, layer + ": twice, " + names.get(layer) + " and " + name + " (expected: once)");
    }
  }

  /**
   * The shapes are checked against each other here, and against the layer when they are merged.
   * Those of a convolution have the sides of its kernel too, which are 1 in B.
   */
  private long rank(Layer layer, String down, String up) {
    long[] a = file.info(down).shape();
    long[] b = MergedTensors.matrix(file.info(up).shape());
    if ((a.length != 2 && a.length != 4) || b.length != 2 || a[0] != b[1] || a[0] < 1) {
      throw new CheckpointException(
          path,
          "%s: %s and %s (expected: rank × in and out × rank)"
              .formatted(layer, file.info(down), file.info(up)));
    }
    return a[0];
  }

  /** Reads peft's settings by the networks that they are for; those for all have an empty name. */
  private Map<String, PeftSettings> settings(Set<Layer> layers) {
    String notes = file.metadata().get(METADATA);
    Path config = file.path().resolveSibling(ADAPTER_CONFIG);
    if (notes == null && !Files.isRegularFile(config)) {
      return Map.of();
    }
    var all = notes == null ? ComponentConfig.read(config) : ComponentConfig.parse(path, notes);
    var settings = new HashMap<String, PeftSettings>();
    for (String network : NETWORKS) {
      ComponentConfig own = all.withPrefix(network + ".");
      if (!own.unknown().isEmpty()) {
        if (layers.stream().noneMatch(layer -> layer.network().equals(network))) {
          throw all.invalid(own.unknown().get(0), "set", "layers with the prefix " + network + ".");
        }
        settings.put(network, PeftSettings.of(own));
      }
    }
    if (!all.unknown().isEmpty()) {
      settings.put("", PeftSettings.of(all));
    }
    return settings;
  }

  @Override
  public void close() {
    file.close();
  }
}
