package io.diffusion4j.cli;

import java.io.IOException;
import java.io.InputStream;
import java.util.Properties;
import picocli.CommandLine.IVersionProvider;

/** The version of this build and of its environment. */
public final class Version implements IVersionProvider {
  @Override
  public String[] getVersion() throws IOException {
    var properties = new Properties();
    try (InputStream in = Version.class.getResourceAsStream("version.properties")) {
      properties.load(in);
    }
    return new String[] {
      "Diffusion4J " + properties.getProperty("version"),
      "Java ${java.version} (${java.vm.name}), ${os.name} ${os.arch}"
    };
  }
}
