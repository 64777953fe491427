import { z } from "zod";
import type { Store } from "../bridge/store-port.ts";
import type { Journal } from "./journal.ts";

export type FactsRepository = Pick<Store, "getFact" | "setFact">;

const factRow = z.object({ value: z.string() });

export function createFactsRepository(journal: Journal): FactsRepository {
  const get = journal.first("SELECT value FROM facts WHERE name = @name", factRow);
  const set = journal.change(
    "INSERT INTO facts (name, value) VALUES (@name, @value) ON CONFLICT DO UPDATE SET value = excluded.value",
  );
  return {
    getFact: (name) => get({ name })?.value,
    setFact: (name, value) => {
      set({ name, value });
    },
  };
}
