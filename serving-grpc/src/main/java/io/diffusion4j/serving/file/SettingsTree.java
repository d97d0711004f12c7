package io.diffusion4j.serving.file;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.diffusion4j.diffusion.argument.Check;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Settings as keys and values: those of a file, if there is one, and values that override it. Paths
 * in the file are relative to its folder, paths in overrides to the current folder. Not
 * thread-safe.
 */
public final class SettingsTree {
  private static final Pattern STEP = Pattern.compile("([^.\\[\\]]+)|\\[([^\\]]+)\\]");
  private static final Pattern PATH = Pattern.compile("[^.\\[\\]]+(\\.[^.\\[\\]]+|\\[[^\\]]+\\])*");

  private final JsonNode root;
  private final Optional<StrictYaml.Origin> file;

  /** JSON pointers. */
  private final Set<String> overrides = new LinkedHashSet<>();

  private SettingsTree(JsonNode root, Optional<StrictYaml.Origin> file) {
    this.root = root;
    this.file = file;
  }

  /** Returns a tree without values. */
  public static SettingsTree empty() {
    return new SettingsTree(JsonNodeFactory.instance.objectNode(), Optional.empty());
  }

  /**
   * Reads a file in YAML.
   *
   * @throws IllegalArgumentException if it is not YAML, or empty
   */
  public static SettingsTree read(Path file) throws IOException {
    return new SettingsTree(StrictYaml.tree(file), Optional.of(StrictYaml.origin(file)));
  }

  /**
   * Overrides a value by one in YAML, such as {@code 8} or {@code [a, b]}; a text that is not YAML
   * stands for itself.
   *
   * @param path such as {@code limits.connections}, {@code models[0].path} or {@code loras[a.name]}
   * @throws IllegalArgumentException if there can be no such path
   */
  public SettingsTree set(String path, String yaml) {
    JsonNode value;
    try {
      value = StrictYaml.tree(path, yaml);
    } catch (IllegalArgumentException e) {
      value = JsonNodeFactory.instance.textNode(yaml);
    }
    return put(path, value);
  }

  /**
   * Overrides a value by texts, numbers, lists and maps of them.
   *
   * @param path see {@link #set}; {@code [*]} stands for every element of a list
   * @throws IllegalArgumentException if there can be no such path
   */
  public SettingsTree put(String path, Object value) {
    int all = path.indexOf("[*]");
    if (all >= 0) {
      int size = find(steps(path.substring(0, all))).size();
      for (int i = 0; i < size; i++) {
        put(path.replace("[*]", "[" + i + "]"), value);
      }
      return this;
    }
    List<String> steps = steps(path);
    JsonNode node = root;
    for (int i = 0; i < steps.size(); i++) {
      JsonNode inner =
          i == steps.size() - 1
              ? StrictYaml.tree(value)
              : container(child(node, steps.get(i)), steps.get(i + 1));
      set(node, steps.get(i), inner, path);
      node = inner;
    }
    overrides.add("/" + String.join("/", steps));
    return this;
  }

  /** Sets a value as {@link #put} does, unless there is one. */
  public SettingsTree putIfAbsent(String path, Object value) {
    JsonNode found = find(steps(path));
    return found.isMissingNode() || found.isNull() ? put(path, value) : this;
  }

  private JsonNode find(List<String> steps) {
    JsonNode node = root;
    for (String step : steps) {
      node = child(node, step);
    }
    return node;
  }

  /** Overrides several values, see {@link #set}. */
  public SettingsTree setAll(Map<String, String> values) {
    values.forEach(this::set);
    return this;
  }

  /**
   * Returns the settings as a record.
   *
   * @throws IllegalArgumentException if a key is unknown or its value is wrong; the message names
   *     the file, unless the value was overridden
   */
  public <T> T as(Class<T> type) {
    return StrictYaml.bind(root, new Merged(file, Set.copyOf(overrides)), type);
  }

  private record Merged(Optional<StrictYaml.Origin> file, Set<String> overrides)
      implements StrictYaml.Origin {
    @Override
    public String prefix(String path) {
      String pointer = "/" + path.replace('.', '/').replace("[", "/").replace("]", "") + "/";
      boolean overridden =
          overrides.stream()
              .map(override -> override + "/")
              .anyMatch(other -> other.startsWith(pointer) || pointer.startsWith(other));
      return overridden ? "" : file.map(origin -> origin.prefix(path)).orElse("");
    }

    @Override
    public Path resolve(String pointer, String text) {
      boolean overridden =
          overrides.stream().anyMatch(other -> (pointer + "/").startsWith(other + "/"));
      return overridden || file.isEmpty() ? Path.of(text) : file.get().resolve(pointer, text);
    }
  }

  private static List<String> steps(String path) {
    Check.that(
        PATH.matcher(path).matches(), "path", path, "one such as log.level or models[0].path");
    List<String> steps = new ArrayList<>();
    Matcher step = STEP.matcher(path);
    while (step.find()) {
      steps.add(step.group(1) == null ? step.group(2) : step.group(1));
    }
    return steps;
  }

  private static boolean isIndex(String step) {
    return step.matches("[0-9]{1,4}");
  }

  private static JsonNode child(JsonNode node, String step) {
    return node.isArray() && isIndex(step) ? node.path(Integer.parseInt(step)) : node.path(step);
  }

  /** Returns the node if it has the kind that a step needs, or a new one. */
  private static JsonNode container(JsonNode node, String step) {
    if (isIndex(step)) {
      return node.isContainerNode() ? node : JsonNodeFactory.instance.arrayNode();
    }
    return node.isObject() ? node : JsonNodeFactory.instance.objectNode();
  }

  private static void set(JsonNode node, String step, JsonNode value, String path) {
    if (node instanceof ArrayNode list) {
      int index = isIndex(step) ? Integer.parseInt(step) : Integer.MAX_VALUE;
      Check.that(index <= list.size(), path, "no such element", "index 0 to %s", list.size());
      if (index == list.size()) {
        list.add(value);
      } else {
        list.set(index, value);
      }
    } else if (node instanceof ObjectNode object) {
      object.set(step, value);
    } else {
      throw Check.refusal(path, "a value of no key", "a file of keys and values");
    }
  }
}
