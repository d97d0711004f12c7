/**
 * Files of settings: read strictly, and read again when they change.
 *
 * <p>{@link io.diffusion4j.serving.file.StrictYaml} reads YAML or JSON into records; unknown keys,
 * wrong types and the exceptions of constructors become one line with the file and the key. {@link
 * io.diffusion4j.serving.file.SettingsTree} merges a file and overrides before they become a
 * record. {@link io.diffusion4j.serving.file.ReloadedFiles} keeps a value that follows its files,
 * and {@link io.diffusion4j.serving.file.FileVersion} detects the change. {@link
 * io.diffusion4j.serving.file.RecordComponents} changes single components of records of settings.
 *
 * <pre>{@code
 * ServerConfig config =
 *     SettingsTree.read(Path.of("server.yaml")).set("log.level", "debug").as(ServerConfig.class);
 * }</pre>
 */
@NullMarked
package io.diffusion4j.serving.file;

import org.jspecify.annotations.NullMarked;
