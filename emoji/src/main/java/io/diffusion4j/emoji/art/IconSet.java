package io.diffusion4j.emoji.art;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * Reads drawings from the Iconify WebJar on the class path.
 *
 * <p>A set is one JSON document of up to 100 MB, so it is streamed, and only the requested icons
 * are kept.
 */
final class IconSet {
  /** The release whose drawings the models were trained on. */
  static final String RELEASE = "2.2.378";

  private static final ObjectMapper MAPPER = new ObjectMapper();

  private IconSet() {}

  /**
   * Reads icons of a style by name.
   *
   * @throws IllegalStateException if the WebJar is not on the class path, or lacks some of the
   *     names
   */
  static Map<String, Icon> read(Style style, Set<String> names) {
    String path =
        "META-INF/resources/webjars/iconify__json/" + RELEASE + "/json/" + style.set() + ".json";
    try (InputStream in = IconSet.class.getClassLoader().getResourceAsStream(path)) {
      if (in == null) {
        throw new IllegalStateException(
            "iconify__json: no "
                + path
                + " (expected: org.webjars.npm:iconify__json:"
                + RELEASE
                + " on the class path)");
      }
      Map<String, Icon> icons = read(in, names);
      if (icons.size() != names.size()) {
        Set<String> missing = new TreeSet<>(names);
        missing.removeAll(icons.keySet());
        throw new IllegalStateException(
            style.set() + ": no icons " + missing + " (expected: all in release " + RELEASE + ")");
      }
      return icons;
    } catch (IOException e) {
      throw new UncheckedIOException(path, e);
    }
  }

  private static Map<String, Icon> read(InputStream in, Set<String> names) throws IOException {
    Map<String, JsonNode> kept = new LinkedHashMap<>();
    ObjectNode frame = MAPPER.createObjectNode().put("left", 0).put("top", 0);
    try (JsonParser json = MAPPER.createParser(in)) {
      json.nextToken();
      while (json.nextToken() == JsonToken.FIELD_NAME) {
        String field = json.currentName();
        JsonToken value = json.nextToken();
        if (field.equals("icons")) {
          keep(json, names, kept);
        } else if (value.isNumeric()) {
          // For icons without their own size; these fields come before the icons.
          frame.put(field, json.getFloatValue());
        } else {
          json.skipChildren();
        }
      }
    }
    Map<String, Icon> icons = new LinkedHashMap<>();
    kept.forEach(
        (name, icon) ->
            icons.put(
                name,
                new Icon(
                    icon.path("body").asText(),
                    at(icon, frame, "left"),
                    at(icon, frame, "top"),
                    at(icon, frame, "width"),
                    at(icon, frame, "height"))));
    return icons;
  }

  private static float at(JsonNode icon, JsonNode frame, String side) {
    JsonNode value = icon.has(side) ? icon.path(side) : frame.path(side);
    if (!value.isNumber()) {
      throw new IllegalStateException("icon: no " + side + " (expected: its own or its set's)");
    }
    return value.floatValue();
  }

  private static void keep(JsonParser json, Set<String> names, Map<String, JsonNode> kept)
      throws IOException {
    while (json.nextToken() == JsonToken.FIELD_NAME) {
      String name = json.currentName();
      json.nextToken();
      if (names.contains(name)) {
        JsonNode icon = MAPPER.readTree(json);
        if (!icon.path("hidden").asBoolean()) { // an alias of an old name
          kept.put(name, icon);
        }
      } else {
        json.skipChildren();
      }
    }
  }
}
