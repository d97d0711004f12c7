package io.diffusion4j.cli.serve;

import io.diffusion4j.cli.options.FilterOptions;
import io.diffusion4j.cli.options.ModelOptions;
import io.diffusion4j.cli.options.PluginOptions;
import io.diffusion4j.serving.config.ServerConfig;
import io.diffusion4j.serving.config.ServerConfig.LogSettings;
import io.diffusion4j.serving.file.SettingsTree;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import picocli.CommandLine.IModelTransformer;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParseResult;

/** The flags of {@code serve} that stand for settings: one row each. */
final class ServeFlags implements IModelTransformer {
  private static final List<Flag> ROWS =
      List.of(
          new Flag(
              "--port",
              "port",
              "N",
              "The port, 0 to 65535; 0 selects a free port. Default: " + ServerConfig.DEFAULT_PORT),
          new Flag(
              "--host",
              "host",
              "NAME",
              "The host name or address to listen on. Default: 127.0.0.1"),
          new Flag(
              "--admin-port",
              "admin.port",
              "N",
              "The port of the admin service, on the loopback interface only. It requires "
                  + "--tokens, or jwt in the configuration file, with the role admin."),
          new Flag(
              "--rows",
              "rows",
              "N",
              "The maximum batch size in images, over all requests. Default: 16"),
          new Flag(
              "--queue",
              "queue",
              "N",
              "The maximum number of waiting requests of each caller. Default: 64"),
          new Flag(
              "--grace",
              "grace-seconds",
              "SECONDS",
              "How long running requests may take to finish after SIGTERM, in seconds. "
                  + "Default: 30"),
          new Flag(
              "--receive",
              "receive-seconds",
              "SECONDS",
              "The time limit for receiving a request, in seconds. Default: 60"),
          new Flag(
              "--stall",
              "stall-seconds",
              "SECONDS",
              "How long a client may stop reading its response before it is disconnected, "
                  + "in seconds. Default: 60"),
          new Flag(
              "--model",
              "models[].path",
              "DIR",
              "A model folder, or ORG/NAME[@REVISION] of a downloaded model; may be "
                  + "repeated, the first is the default model. Default: the shipped model"),
          new Flag("--precision", "models[*].precision", "FORMAT", ModelOptions.FORMATS),
          new Flag(
              "--lora",
              "loras{}",
              "NAME=FILE",
              "Register low-rank updates (LoRA) under a name that requests may use; may be "
                  + "repeated. All models whose layers match offer them."),
          new Flag(
              "--index",
              "indices{}",
              "NAME=DIR",
              "Offer an index, created by search, to requests under this name; may be "
                  + "repeated."),
          new Flag("--plugin", "plugins[]", "JAR", PluginOptions.HELP),
          new Flag("--filter", "filters[]", "FILE", FilterOptions.HELP),
          new Flag("--packed", "packed", "DIR", ModelOptions.PACKED),
          new Flag(
              "--tokens",
              "tokens",
              "FILE",
              "Require clients to authenticate with a token listed in this file; the "
                  + "command token creates its entries."),
          new Flag(
              "--tls-certificate",
              "tls.certificate",
              "FILE",
              "Serve with TLS and this certificate, a PEM file; requires --tls-key."),
          new Flag(
              "--tls-key", "tls.key", "FILE", "The private key of --tls-certificate, a PEM file."),
          new Flag(
              "--tls-clients",
              "tls.clients",
              "FILE",
              "Require client certificates issued by one of the authorities in this PEM "
                  + "file."),
          new Flag(
              "--insecure",
              "insecure",
              "true|false",
              "Allow plaintext connections even on addresses that other machines can "
                  + "reach. Default: false"),
          new Flag(
              "--origin",
              "origins[]",
              "URL",
              "Allow browser requests from pages of this origin, such as "
                  + "https://app.example; may be repeated. Default: the server's own page only"),
          new Flag(
              "--log-format",
              "log.format",
              "FORMAT",
              "The format of log lines: ${COMPLETION-CANDIDATES}. Default: text"),
          new Flag(
              "--log-level",
              "log.level",
              "LEVEL",
              "The minimum log level: ${COMPLETION-CANDIDATES}. Default: info"),
          new Flag(
              "--log-prompts",
              "log.prompts",
              "true|false",
              "Log the prompts of requests, which may be private. Default: false"),
          new Flag(
              "--set",
              "",
              "PATH=VALUE",
              "Override any setting of the configuration file, such as "
                  + "limits.connections=100; may be repeated."));

  /**
   * A flag.
   *
   * @param name its name
   * @param path the path of its setting; ends in {@code []} or <code>{}</code> for a list or a map,
   *     which replaces the one of the file; empty if the value names the path
   * @param label the name of the value in the help
   * @param help the help
   */
  private record Flag(String name, String path, String label, String help) {
    boolean isMap() {
      return path.isEmpty() || path.endsWith("{}");
    }

    boolean isList() {
      return path.endsWith("[]") || path.equals("models[].path");
    }

    /** Returns the type of one value. */
    private Class<?> type() {
      return switch (path) {
        case "log.format" -> LogSettings.Format.class;
        case "log.level" -> LogSettings.Level.class;
        case "models[*].precision" -> ModelOptions.FormatChoice.class;
        default ->
            switch (label) {
              case "N", "SECONDS" -> Integer.class;
              case "true|false" -> Boolean.class;
              case "DIR", "FILE", "JAR", "NAME=FILE", "NAME=DIR" -> Path.class;
              default -> String.class;
            };
      };
    }

    OptionSpec option() {
      Class<?> type = type();
      var option = OptionSpec.builder(name).paramLabel(label).description(help);
      if (isMap()) {
        option.type(Map.class).auxiliaryTypes(String.class, type);
      } else if (isList()) {
        option.type(List.class).auxiliaryTypes(type);
      } else {
        option.type(type);
      }
      if (type == Boolean.class) {
        option.arity("0..1").fallbackValue("true");
      }
      return option.build();
    }

    void apply(Object value, SettingsTree settings) {
      if (path.isEmpty()) {
        ((Map<?, ?>) value)
            .forEach((key, yaml) -> settings.set(String.valueOf(key), String.valueOf(yaml)));
      } else if (isMap()) {
        settings.put(
            path.replace("{}", ""),
            ((Map<?, ?>) value)
                .entrySet().stream()
                    .collect(Collectors.toMap(Map.Entry::getKey, e -> e.getValue().toString())));
      } else if (path.equals("models[].path")) {
        settings.put(
            "models",
            ((List<?>) value).stream().map(one -> Map.of("path", one.toString())).toList());
      } else if (isList()) {
        settings.put(
            path.replace("[]", ""), ((List<?>) value).stream().map(Object::toString).toList());
      } else {
        boolean plain = value instanceof Number || value instanceof Boolean;
        settings.put(path, plain ? value : value.toString());
      }
    }
  }

  @Override
  public CommandSpec transform(CommandSpec command) {
    ROWS.forEach(flag -> command.addOption(flag.option()));
    return command;
  }

  /** Overrides settings by the flags of a command line. */
  static SettingsTree apply(ParseResult line, SettingsTree settings) {
    settings.putIfAbsent(
        "models", List.of(Map.of("path", ModelOptions.defaultFolder().toString())));
    for (Flag flag : ROWS) {
      if (line.hasMatchedOption(flag.name)) {
        flag.apply(line.matchedOption(flag.name).getValue(), settings);
      }
    }
    return settings;
  }
}
