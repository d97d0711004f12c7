package io.diffusion4j.cli.console;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Properties;
import picocli.CommandLine.IVersionProvider;

/** The version of this build and of its environment. */
public final class Version implements IVersionProvider {
  @Override
  public String[] getVersion() {
    return new String[] {
      "Diffusion4J " + text(), "Java ${java.version} (${java.vm.name}), ${os.name} ${os.arch}"
    };
  }

  /** Returns the number of the version. */
  public static String text() {
    var properties = new Properties();
    try (InputStream in = Version.class.getResourceAsStream("version.properties")) {
      properties.load(in);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read the version: " + e, e);
    }
    return properties.getProperty("version", "");
  }
}
