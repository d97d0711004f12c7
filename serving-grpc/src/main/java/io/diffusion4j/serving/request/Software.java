package io.diffusion4j.serving.request;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Properties;

/** This program, as recipes name it. */
final class Software {
  static final String NAME = "Diffusion4J " + version();

  private Software() {}

  private static String version() {
    var properties = new Properties();
    try (InputStream in = Software.class.getResourceAsStream("version.properties")) {
      properties.load(in);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return properties.getProperty("version");
  }
}
