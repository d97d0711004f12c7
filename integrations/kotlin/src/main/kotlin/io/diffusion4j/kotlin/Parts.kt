package io.diffusion4j.kotlin

import com.google.inject.AbstractModule
import com.google.inject.Injector
import com.google.inject.Module

/**
 * A module that puts this part in the place of a pipeline's own:
 * ```
 * replace<Prior>(Prior { draws, _, _ -> draws.map { it.condition.text.embedding } })
 * ```
 */
public inline fun <reified T : Any> replace(part: T): Module =
  object : AbstractModule() {
    override fun configure() {
      bind(T::class.java).toInstance(part)
    }
  }

/** The instance of a type without a qualifier. */
public inline fun <reified T : Any> Injector.get(): T = getInstance(T::class.java)
