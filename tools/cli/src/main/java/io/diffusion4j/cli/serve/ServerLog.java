package io.diffusion4j.cli.serve;

import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.encoder.PatternLayoutEncoder;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.ConsoleAppender;
import ch.qos.logback.core.encoder.Encoder;
import io.diffusion4j.serving.config.ServerConfig.LogSettings.Format;
import io.diffusion4j.serving.config.ServerConfig.LogSettings.Level;
import java.util.logging.LogManager;
import net.logstash.logback.encoder.LogstashEncoder;
import net.logstash.logback.fieldnames.LogstashFieldNames;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.bridge.SLF4JBridgeHandler;

/**
 * The log of a server on the error stream, including the messages of libraries from all logging
 * APIs.
 */
final class ServerLog {
  private static final String OURS = "io.diffusion4j";

  /** Logs a stack trace at WARN for each client that breaks the rules of HTTP/2. */
  private static final String FAULTS_OF_CLIENTS =
      "com.linecorp.armeria.internal.common.AbstractHttp2ConnectionHandler";

  /** Values from clients cannot start a line: control characters are replaced. */
  private static final String TEXT_LINE =
      "%d{\"yyyy-MM-dd'T'HH:mm:ss.SSSXXX\"} %-5level %logger{0}:"
          + " %msg %replace(%kvp %mdc){'\\p{Cntrl}', '\uFFFD'}%n";

  private ServerLog() {}

  /** Applies these settings to the log. */
  static void configure(Format format, Level level) {
    var context = (LoggerContext) LoggerFactory.getILoggerFactory();
    context.reset();
    var console = new ConsoleAppender<ILoggingEvent>();
    console.setContext(context);
    console.setTarget("System.err");
    console.setEncoder(encoder(format, context));
    console.start();
    var root = context.getLogger(Logger.ROOT_LOGGER_NAME);
    root.addAppender(console);
    level(level);
    context.getLogger(FAULTS_OF_CLIENTS).setLevel(ch.qos.logback.classic.Level.ERROR);
    LogManager.getLogManager().reset(); // what goes through java.util.logging comes here, too
    LogManager.getLogManager().getLogger("").setLevel(java.util.logging.Level.INFO);
    SLF4JBridgeHandler.install();
  }

  /** Returns the lowest level that is logged now. */
  static Level level() {
    var context = (LoggerContext) LoggerFactory.getILoggerFactory();
    return Level.valueOf(context.getLogger(OURS).getEffectiveLevel().toString());
  }

  /** Sets the lowest level that is written. */
  static void level(Level level) {
    var context = (LoggerContext) LoggerFactory.getILoggerFactory();
    var ours = ch.qos.logback.classic.Level.valueOf(level.name());
    var defaults = ch.qos.logback.classic.Level.WARN;
    context
        .getLogger(Logger.ROOT_LOGGER_NAME)
        .setLevel(ours.isGreaterOrEqual(defaults) ? ours : defaults);
    context.getLogger(OURS).setLevel(ours);
  }

  private static Encoder<ILoggingEvent> encoder(Format format, LoggerContext context) {
    switch (format) {
      case TEXT -> {
        var encoder = new PatternLayoutEncoder();
        encoder.setContext(context);
        encoder.setPattern(TEXT_LINE);
        encoder.start();
        return encoder;
      }
      case JSON -> {
        var names = new LogstashFieldNames();
        names.setVersion("[ignore]");
        names.setLevelValue("[ignore]");
        var encoder = new LogstashEncoder();
        encoder.setContext(context);
        encoder.setFieldNames(names);
        encoder.start();
        return encoder;
      }
    }
    throw new IllegalArgumentException("format: " + format);
  }
}
