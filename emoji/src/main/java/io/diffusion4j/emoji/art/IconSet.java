package io.diffusion4j.emoji.art;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * Reads drawings from the Iconify WebJar on the class path.
 *
 * <p>A set is one JSON document of up to 100 MB, so it is streamed and only the icons asked for are
 * kept.
 */
final class IconSet {
  /** The release whose drawings the models were trained on. */
  static final String RELEASE = "2.2.378";

  private IconSet() {}

  /**
   * The icons of a style by name.
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

  /** What the document says about one icon; absent numbers mean the set's own. */
  private record Entry(String body, Map<String, Float> frame) {}

  private static Map<String, Icon> read(InputStream in, Set<String> names) throws IOException {
    Map<String, Entry> entries = new LinkedHashMap<>();
    Map<String, Float> defaults = new HashMap<>();
    try (JsonParser json = new JsonFactory().createParser(in)) {
      json.nextToken();
      while (json.nextToken() == JsonToken.FIELD_NAME) {
        String field = json.currentName();
        JsonToken value = json.nextToken();
        if (field.equals("icons")) {
          readIcons(json, names, entries);
        } else if (value.isNumeric()) {
          defaults.put(field, json.getFloatValue());
        } else {
          json.skipChildren();
        }
      }
    }
    Map<String, Icon> icons = new LinkedHashMap<>();
    entries.forEach(
        (name, entry) -> {
          Map<String, Float> frame = new HashMap<>(Map.of("left", 0f, "top", 0f));
          frame.putAll(defaults); // they follow the icons in the document
          frame.putAll(entry.frame());
          icons.put(
              name,
              new Icon(
                  entry.body(),
                  at(frame, "left"),
                  at(frame, "top"),
                  at(frame, "width"),
                  at(frame, "height")));
        });
    return icons;
  }

  private static float at(Map<String, Float> frame, String side) {
    Float value = frame.get(side);
    if (value == null) {
      throw new IllegalStateException("icon: no " + side + " (expected: its own or its set's)");
    }
    return value;
  }

  private static void readIcons(JsonParser json, Set<String> names, Map<String, Entry> entries)
      throws IOException {
    while (json.nextToken() == JsonToken.FIELD_NAME) {
      String name = json.currentName();
      json.nextToken();
      if (!names.contains(name)) {
        json.skipChildren();
        continue;
      }
      String body = "";
      boolean hidden = false; // an old duplicate
      Map<String, Float> frame = new HashMap<>();
      while (json.nextToken() == JsonToken.FIELD_NAME) {
        String field = json.currentName();
        JsonToken value = json.nextToken();
        if (field.equals("body")) {
          body = json.getText();
        } else if (field.equals("hidden")) {
          hidden = json.getBooleanValue();
        } else if (value.isNumeric()) {
          frame.put(field, json.getFloatValue());
        } else {
          json.skipChildren();
        }
      }
      if (!hidden) {
        entries.put(name, new Entry(body, frame));
      }
    }
  }
}
