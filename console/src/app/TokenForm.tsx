import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import FormField from "@cloudscape-design/components/form-field";
import Header from "@cloudscape-design/components/header";
import Input from "@cloudscape-design/components/input";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { type FormEvent, useState } from "react";
import { hasToken, setToken } from "../api/client";

/** Asks for the token that the server wants. */
export function TokenForm({ onGiven }: { onGiven: () => void }) {
  const [value, setValue] = useState("");
  const refused = hasToken();
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!value.trim()) return;
    setToken(value.trim());
    onGiven();
  };
  return (
    <form onSubmit={submit}>
      <Container header={<Header variant="h1">Sign in</Header>}>
        <SpaceBetween size="m">
          <FormField label="Token" errorText={refused ? "The server does not know this token. It may have been revoked, or mistyped." : undefined} description="This server asks for a token. Whoever runs it makes one with weir token create NAME. It is kept until this tab is closed.">
            <Input type="password" invalid={refused} value={value} onChange={({ detail }) => setValue(detail.value)} autoFocus />
          </FormField>
          <Button variant="primary" formAction="submit">
            Sign in
          </Button>
        </SpaceBetween>
      </Container>
    </form>
  );
}
